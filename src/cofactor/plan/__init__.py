"""What to take, in which form, when, apart from what, and why."""
