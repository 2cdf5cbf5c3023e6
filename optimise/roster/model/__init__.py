"""The mixed-integer model of a roster."""
