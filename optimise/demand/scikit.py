"""What is used of scikit-learn. The only module that imports it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimise.core.errors import MissingExtraError

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin, RegressorMixin


__all__ = ["boosted_classifier", "logistic", "one_thread", "regressors"]


def regressors() -> tuple[type[RegressorMixin], type[RegressorMixin]]:
    """The Poisson regression and the boosted trees of scikit-learn."""
    try:
        from sklearn.ensemble import HistGradientBoostingRegressor
        from sklearn.linear_model import PoissonRegressor
    except ImportError:
        raise MissingExtraError("scikit-learn", "forecast") from None
    return PoissonRegressor, HistGradientBoostingRegressor


def logistic(strength: float) -> ClassifierMixin:
    """A logistic regression, of several classes where there are; ``strength`` is the inverse of its ridge."""
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError:
        raise MissingExtraError("scikit-learn", "forecast") from None
    return LogisticRegression(C=strength, max_iter=300)


def boosted_classifier(categories: list[bool], rows: int, seed: int) -> ClassifierMixin:
    """Boosted trees for chances; ``categories`` says which columns hold codes, not numbers."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError:
        raise MissingExtraError("scikit-learn", "forecast") from None
    return HistGradientBoostingClassifier(
        max_iter=120,
        learning_rate=0.06,
        max_leaf_nodes=8,
        min_samples_leaf=max(20, min(200, rows // 50)),
        l2_regularization=1.0,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )


def one_thread() -> Any:
    """Numerical libraries held to one thread: spinning teams on shared processors cost far more than they bring."""
    regressors()  # only libraries that are loaded can be held
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)
