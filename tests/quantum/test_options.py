"""Options as data: every class is frozen, documented, checked, and read from a mapping with errors in words."""

import dataclasses

import pytest

from optimise.core.errors import InputError
from quantum.cuts import HospitalCut, ModelCut, RosterCut
from quantum.fault_tolerance import FaultTolerant
from quantum.hardware import Hardware
from quantum.method import PiecesOptions
from quantum.methods.classical import AnnealingOptions, BruteForceOptions, DrawOptions, HighsQuboOptions
from quantum.methods.dwave import AnnealingOptions as DwaveOptions
from quantum.methods.dwave import TabuOptions
from quantum.methods.qaoa import EnergyQaoaOptions
from quantum.methods.recursive import RecursiveOptions
from quantum.methods.search import GroverSearchOptions
from quantum.options import defaults_of, described, read_options
from quantum.qaoa import QaoaOptions
from quantum.simulators.aer import Noise
from quantum.tuning import Tuning

CLASSES = [
    AnnealingOptions, BruteForceOptions, DrawOptions, DwaveOptions, EnergyQaoaOptions, FaultTolerant,
    GroverSearchOptions, Hardware, HighsQuboOptions,
    HospitalCut, ModelCut, Noise, Tuning, PiecesOptions, QaoaOptions, RecursiveOptions, RosterCut, TabuOptions,
]  # fmt: skip


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: f"{c.__module__}.{c.__name__}")
def test_options_are_documented_frozen_and_refuse_what_they_do_not_know(cls):
    made = cls()
    assert all(doc for _, _, doc in described(cls))
    assert {name: getattr(made, name) for name in defaults_of(cls)} == defaults_of(cls)
    first = next(iter(defaults_of(cls)))
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, first, None)
    with pytest.raises(InputError, match=f"it has no option 'nonsense'.*it has: {first}|no option 'nonsense'"):
        read_options(cls, {"nonsense": 1}, "it")


@pytest.mark.parametrize(
    ("cls", "given", "said"),
    [
        (QaoaOptions, {"depth": "abc"}, "option depth.*'abc'"),
        (QaoaOptions, {"grown": "maybe"}, "option grown.*'maybe'"),
        (AnnealingOptions, {"hot": -1}, "option hot.*greater than 0.*-1"),
        (HighsQuboOptions, {"model": "magic"}, "option model.*'auto', 'standard' or 'rlt'.*'magic'"),
        (PiecesOptions, {"people": 0}, "option people"),
        (Noise, {"readout": 0.7}, "option readout.*less than 0.5"),
    ],
)
def test_a_value_that_does_not_fit_is_named(cls, given, said):
    with pytest.raises(InputError, match=said):
        read_options(cls, given, "method m")


def test_words_of_a_command_line_mean_what_they_say():
    assert read_options(QaoaOptions, {"grown": "no", "depth": "2"}, "m").grown is False
    assert read_options(QaoaOptions, {"grown": "yes"}, "m").grown is True
