"""What every solving method must keep, and oracles that list everything; for our tests and for authors of methods."""

from optimise.testing.brute import Optimum, brute
from optimise.testing.contract import CLAUSES, Case, Clause, contract
from optimise.testing.wards import cases, ward

__all__ = ["CLAUSES", "Case", "Clause", "Optimum", "brute", "cases", "contract", "ward"]
