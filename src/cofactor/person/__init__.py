"""From a case file to a body: what a person is, eats, takes and was measured to be."""
