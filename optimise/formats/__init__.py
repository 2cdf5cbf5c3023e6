"""Readers and writers, one module per format."""

from optimise.formats.base import FORMATS, Format, ReadOptions, detect, get_format, read, read_plan, write_plan

__all__ = ["FORMATS", "Format", "ReadOptions", "detect", "get_format", "read", "read_plan", "write_plan"]
