"""Evidence: published trials, acceptance tests, competitor formulae, calibration and validation."""
