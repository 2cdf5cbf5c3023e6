"""Hospital formats, one module a family."""
