"""Formats of capacity problems and regions."""
