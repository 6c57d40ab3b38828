"""The ways in: command line, and later API and web."""
