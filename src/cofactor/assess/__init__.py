"""Where a person stands, where they are heading, and what is off limits."""
