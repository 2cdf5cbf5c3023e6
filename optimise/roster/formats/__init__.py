"""Roster formats, one module a family."""
