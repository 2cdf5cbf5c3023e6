"""scikit-learn in one place: threads are held also where its libraries were not loaded yet, absence names the extra."""

from __future__ import annotations

import sys

import pytest

from optimise.core.errors import MissingExtraError
from optimise.demand.scikit import boosted_classifier, logistic, one_thread


def test_one_thread_holds_every_library_that_learning_uses():
    from threadpoolctl import threadpool_info

    with one_thread():
        found = threadpool_info()
    assert {each["num_threads"] for each in found} == {1}
    assert any(each["user_api"] == "openmp" for each in found)


def test_the_extra_is_named_when_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    for make in (lambda: logistic(1.0), lambda: boosted_classifier([False], 100, 1)):
        with pytest.raises(MissingExtraError, match=r"wardwise\[forecast\]"):
            make()
