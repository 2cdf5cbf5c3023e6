"""The mixed-integer model of a hospital."""
