"""The mixed-integer model of a capacity problem, and of a region."""
