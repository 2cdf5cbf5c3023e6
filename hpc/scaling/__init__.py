"""How far the decomposition scales: measured where we have the ranks, predicted from a recorded trace elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpc.scaling.model import Network, Prediction, predict
    from hpc.scaling.trace import Trace, record

__all__ = ["Network", "Prediction", "Trace", "predict", "record"]

_HOME = {"Network": "model", "Prediction": "model", "predict": "model", "Trace": "trace", "record": "trace"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"hpc.scaling.{_HOME[name]}"), name)
