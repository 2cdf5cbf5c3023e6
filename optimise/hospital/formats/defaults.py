"""Prices of the rules that a hospital file does not mention."""

from __future__ import annotations

from optimise.hospital.rules import rules_by_name

__all__ = ["WISH_RULES", "default_rules"]

#: Price of one unit, or "hard", of the rules of room and admission wishes that we make ourselves; they apply where
#: some patient has such a wish.
WISH_RULES: dict[str, float | str] = {
    "RoomGenderPolicy": "hard",
    "RequiredFeature": "hard",
    "AgeLimit": "hard",
    "Outlying": 5,
    "WishedFeature": 2,
    "RoomSize": 1,
    "UnsuitableDay": 20,
}


def default_rules() -> dict[str, float | str]:
    """Price of one unit, or "hard", of each rule that a file does not mention; hard ones first, ours before wishes."""
    ours = {name: rule.default for name, rule in rules_by_name().items() if rule.default != "off"}
    every = [*ours.items(), *WISH_RULES.items()]
    return dict(sorted(every, key=lambda entry: entry[1] != "hard"))
