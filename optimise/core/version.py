"""The version of Wardwise, for whoever must not import the package to know it."""

__all__ = ["__version__"]

__version__ = "0.2.0"
