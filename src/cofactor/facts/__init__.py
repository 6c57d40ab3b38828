"""Tables of published facts: each number with its source and how well it is known."""
