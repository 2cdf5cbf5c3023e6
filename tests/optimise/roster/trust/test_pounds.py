"""The bill of a roster."""

from __future__ import annotations

import pytest

from optimise.roster.trust.pounds import pounds


@pytest.fixture
def paid(data):
    for person, band in zip(data["staff"], ("5", "5", "2", None), strict=True):
        person["band"] = band
    data["staff"][3].pop("band")
    data["pay_rates"] = [{"band": "5", "hourly": 20}, {"band": "2", "hourly": 10}]
    data["cover_tiers"] = [{"name": "bank", "up_to": 1, "weight": 60}, {"name": "unfilled", "weight": 300}]
    data["pay"] = {"bank_hourly": 30}
    data["demand"][1]["minimum"] = 4
    return data


def test_bands_bank_and_what_is_not_priced(made, paid):
    found = pounds(*made())
    two, five, bank = found.parts
    assert (five.name, five.detail, five.basic) == ("Band 5", "80.5 h", 1610)
    # two nights on weekdays at 30 %, an early on Saturday at 30 %, one on Sunday at 60 %
    assert five.unsocial == pytest.approx(230 * (0.3 + 0.3 + 0.3 + 0.6))
    assert (two.name, two.basic, two.unsocial) == ("Band 2", 345, 0)
    # E misses one on five days and two on Wednesday, of whom the bank fills one; N misses one on four
    assert bank.basic == 30 * 11.5 * (6 + 4)
    assert found.total == pytest.approx(sum(p.total for p in found.parts))
    assert found.left_out == (
        "duties of Dee, of whose band there is no rate",
        "11.5 h of demand that nobody fills",
    )


def test_a_rate_that_is_missing_is_unknown_and_not_nothing(made, paid):
    del paid["pay"]
    assert pounds(*made()).parts[2].total is None


def test_gaps_without_names_are_told(made, paid):
    del paid["cover_tiers"]
    assert "gaps whose way of being filled has no name" in pounds(*made()).left_out[-1]


def test_without_rates_there_is_no_bill(made):
    assert pounds(*made()) is None
