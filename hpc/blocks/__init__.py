"""Column generation of any model of blocks and linking rows."""
