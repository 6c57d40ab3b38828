"""The human as text: Antimony files, the parameter table, their composition and their checks."""
