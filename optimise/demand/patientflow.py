"""Distributions made by ``patientflow`` (UCL-CORU), for the algebra of :mod:`optimise.demand.counts`.

``patientflow`` predicts, from patients now in the emergency department and on the wards, how many beds each service
will need within a window. Its distributions plug in here; nothing else of Wardwise needs it. It asks for xgboost, which
is heavy and only its own training uses: ``pip install --no-deps patientflow==1.8.7`` leaves that out.

The only module that imports patientflow.
"""

from __future__ import annotations

from typing import Any

from optimise.core.errors import InputError, WardwiseError
from optimise.demand.counts import Net, checked

__all__ = ["VERSION", "pmf_of", "prediction_net"]

#: The version whose types are known.
VERSION = "1.8.7"


def prediction_net(prediction: object) -> Net:
    """A ``patientflow.predict.types.DemandPrediction`` as a distribution, negative values (net flow) included."""
    try:
        from patientflow.predict.types import DemandPrediction
    except ImportError:
        raise WardwiseError(
            f"patientflow is not installed; it comes with: pip install --no-deps patientflow=={VERSION}"
        ) from None
    if not isinstance(prediction, DemandPrediction):
        raise InputError(f"expected a DemandPrediction of patientflow, found {type(prediction).__name__}")
    return Net(int(prediction.offset), checked(prediction.probabilities, f"prediction {prediction.entity_id}"))


def pmf_of(prediction: object) -> Any:
    """The same as probabilities of 0, 1, ...; an error where the prediction holds negative values."""
    net = prediction_net(prediction)
    if net.first < 0:
        raise InputError("holds negative values: it is a net flow, not a count", item="prediction")
    return checked([0.0] * net.first + list(net.pmf))
