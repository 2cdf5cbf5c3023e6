"""Hypothesis strategies of random problems: small wards, hospitals and bed plans over the whole vocabulary.

They need the package Hypothesis, which is asked for when this module is imported::

    from hypothesis import given
    from optimise.testing.strategies import wards

    @given(wards())
    def test_my_method(problem): ...

A seed and sizes are drawn, and sizes shrink; every single choice drawn by Hypothesis would take a hundred times as
long.
"""

from __future__ import annotations

from random import Random

from optimise.core.errors import MissingExtraError
from optimise.hospital.problem import HospitalProblem
from optimise.roster.formats.ward import Ward
from optimise.roster.problem import RosterProblem
from optimise.testing.random_hospitals import random_beds, random_hospital
from optimise.testing.random_wards import random_ward

try:
    from hypothesis import strategies as st
except ImportError:  # pragma: no cover - the development extra has it
    raise MissingExtraError("hypothesis", "dev") from None

__all__ = ["bed_plans", "hospitals", "ward_documents", "wards"]

_SEEDS = st.integers(0, 2**31 - 1)


def ward_documents(*, most_people: int = 6, most_days: int = 14) -> st.SearchStrategy[Ward]:
    """Native ward documents; see :func:`optimise.testing.random_wards.random_ward`."""
    return st.builds(
        lambda seed, people, days: random_ward(Random(seed), most_people=people, most_days=days),
        _SEEDS,
        st.integers(2, most_people),
        st.integers(5, most_days),
    )


def wards(*, most_people: int = 6, most_days: int = 14) -> st.SearchStrategy[RosterProblem]:
    """Native wards as problems to solve."""
    return ward_documents(most_people=most_people, most_days=most_days).map(Ward.problem)


def hospitals(*, most_patients: int = 12, most_days: int = 7) -> st.SearchStrategy[HospitalProblem]:
    """Native hospitals; see :func:`optimise.testing.random_hospitals.random_hospital`."""
    return st.builds(
        lambda seed, patients, days: random_hospital(Random(seed), most_patients=patients, most_days=days),
        _SEEDS,
        st.integers(4, most_patients),
        st.integers(3, most_days),
    )


def bed_plans(*, most_patients: int = 12, most_days: int = 7) -> st.SearchStrategy[HospitalProblem]:
    """Bed plans with fixed stays; see :func:`optimise.testing.random_hospitals.random_beds`."""
    return st.builds(
        lambda seed, patients, days: random_beds(Random(seed), most_patients=patients, most_days=days),
        _SEEDS,
        st.integers(4, most_patients),
        st.integers(3, most_days),
    )
