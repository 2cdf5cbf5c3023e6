"""Contents fed into a hash so that different ones never read the same."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

__all__ = ["feed"]


def feed(sha: Any, value: Any, *, told: Collection[str] = (), optional: Collection[str] = ()) -> None:
    """Feed a value into a hash: arrays with their shapes, dataclasses field by field, sequences with their lengths.

    Parameters
    ----------
    sha : hash
        Of :mod:`hashlib`.
    value : object
        Anything made of dataclasses, sequences, arrays of whole numbers or truth values, and values that print.
    told : collection of str
        Fields of dataclasses that are no part of the content.
    optional : collection of str
        Fields that are none where they are None.
    """
    if isinstance(value, np.ndarray):
        sha.update(f"a{value.shape}".encode())
        sha.update(np.ascontiguousarray(value).astype("?" if value.dtype == np.bool_ else "<i8").tobytes())
    elif is_dataclass(value):
        for each in fields(value):
            inside = getattr(value, each.name)
            if each.name in told or (each.name in optional and inside is None):
                continue
            sha.update(f"f{each.name}".encode())
            feed(sha, inside, told=told, optional=optional)
    elif isinstance(value, (tuple, list)):
        sha.update(f"t{len(value)}".encode())
        for entry in value:
            feed(sha, entry, told=told, optional=optional)
    else:
        text = repr(value)
        sha.update(f"v{len(text)}:{text}".encode())
