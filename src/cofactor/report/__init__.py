"""One report value; pages and charts made from its numbers, in English and French."""
