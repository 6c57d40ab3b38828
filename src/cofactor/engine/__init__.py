"""A compiled model and one verb to solve it. Nothing in here knows what a vitamin is."""
