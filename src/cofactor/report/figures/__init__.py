"""Figures of the report: each a drawing with its caption and the same numbers as a table."""
