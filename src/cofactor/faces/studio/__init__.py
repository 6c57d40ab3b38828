"""The studio: the product as pages in a browser, on this machine, behind the door."""
