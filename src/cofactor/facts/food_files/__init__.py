"""Official files of foods and supplement labels, read as published."""
