"""Slow studies, run on request: ``python -m tests.benchmarks.NAME``. None of them is collected by pytest."""
