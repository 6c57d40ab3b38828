"""cofactor: vitamin D and magnesium as one system, computed for a person and for a population."""

__version__ = "0.1.0"
