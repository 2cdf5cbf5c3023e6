"""What methods, rules, formats and kinds must keep, and oracles that list everything; for our tests and for yours.

Each check is a plain function that raises ``AssertionError`` with the promise that is broken.
"""

from optimise.testing.bed_rules import check_bed_rule
from optimise.testing.brute import Optimum, brute
from optimise.testing.contract import CLAUSES, Case, Clause, contract
from optimise.testing.formats import check_format
from optimise.testing.kinds import check_kind
from optimise.testing.named_rules import check_named_rule
from optimise.testing.rules import check_rule
from optimise.testing.wards import cases, ward

__all__ = [
    "CLAUSES",
    "Case",
    "Clause",
    "Optimum",
    "brute",
    "cases",
    "check_bed_rule",
    "check_format",
    "check_kind",
    "check_named_rule",
    "check_rule",
    "contract",
    "ward",
]
