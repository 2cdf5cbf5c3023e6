"""A FHIR R4 bundle checked against the standard; the only module that imports ``fhir.resources`` (extra ``fhir``).

What this project uses of Location, Encounter and Patient is the same in R4 and R4B, whose models the library has.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from optimise.core.errors import InputError, InputErrors, MissingExtraError
from optimise.formats.json_document import load_json

__all__ = ["Resources", "element", "load_bundle"]

#: Resources by type and id, as in the bundle.
Resources = dict[str, dict[str, dict[str, Any]]]
_USED = ("Location", "Encounter", "Patient")
_MOST = 50


def load_bundle(path: Path) -> tuple[dict[str, Any], Resources]:
    """The bundle, and its resources of the three types that say who lies where.

    Parameters
    ----------
    path : Path
        JSON file.

    Returns
    -------
    dict
        The bundle as it stands.
    dict
        By type and id.

    Raises
    ------
    InputError
        Of each element that the standard does not allow, with resource and element; for an id that is missing or there
        twice.
    MissingExtraError
        If ``fhir.resources`` is not installed.
    """
    try:
        from fhir.resources.R4B.encounter import Encounter
        from fhir.resources.R4B.location import Location
        from fhir.resources.R4B.patient import Patient
    except ImportError:
        raise MissingExtraError("fhir.resources", "fhir") from None
    models = {"Location": Location, "Encounter": Encounter, "Patient": Patient}
    data = load_json(path)
    entries = data.get("entry", []) if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(entries, list):
        raise InputError("is no bundle: expected an object with a list of entries", file=path)
    found: Resources = {name: {} for name in _USED}
    faults: list[InputError] = []
    for i, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            faults.append(InputError("has no resource", file=path, item=f"Bundle.entry[{i}]"))
            continue
        kind, name = str(resource.get("resourceType")), resource.get("id")
        if kind not in models:
            continue
        if not isinstance(name, str) or name in found[kind]:
            text = "an id is missing" if not isinstance(name, str) else f"{kind}/{name} is there twice"
            faults.append(InputError(text, file=path, item=f"Bundle.entry[{i}]"))
            continue
        found[kind][name] = resource
        try:
            models[kind].model_validate_json(json.dumps(resource))
        except ValueError as error:  # pydantic's errors are such
            faults += _faults(error, f"{kind}/{name}", path)
    if faults:
        raise InputErrors(faults[:_MOST], len(faults[_MOST:])) if len(faults) > 1 else faults[0]
    return data, found


def element(resource: dict[str, object], name: str) -> str:
    """An element in messages: ``Encounter/e1: location``."""
    return f"{resource['resourceType']}/{resource['id']}: {name}"


def _faults(error: object, where: str, path: Path) -> list[InputError]:
    """The library's findings, each with its resource and element."""
    each = error.errors() if hasattr(error, "errors") else [{"loc": (), "msg": str(error)}]
    made = []
    for found in each:
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in found["loc"]).lstrip(".")
        text = str(found["msg"])[:200]
        made.append(InputError(text[:1].lower() + text[1:], file=path, item=f"{where}: {place}" if place else where))
    return made
