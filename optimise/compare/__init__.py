"""Comparing methods: studies of instances x methods x seeds, their figures, tables and report."""

from __future__ import annotations

from optimise.compare.outcome import Written, write_outcome
from optimise.compare.run import part_of, run_study
from optimise.compare.study import Contender, Study, read_study

__all__ = ["Contender", "Study", "Written", "part_of", "read_study", "run_study", "write_outcome"]
