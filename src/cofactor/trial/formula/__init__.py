"""Products designed for a population: what is asked, what can be made, how it is judged and searched."""
