"""Charts as SVG text. They draw what they are given: numbers and finished labels, no language and no model."""
