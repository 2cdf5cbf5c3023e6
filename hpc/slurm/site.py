"""Site profiles: what differs from cluster to cluster, in one TOML file each."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from optimise.core.errors import InputError
from optimise.formats.base import read_text
from optimise.formats.budget import parse_toml
from optimise.formats.document import validated
from optimise.formats.text import placed

__all__ = ["FOLDER", "Site", "find_site", "site_names"]

#: Templates and profiles; ``slurm/`` of a checkout.
FOLDER = Path(__file__).parent / "templates"


class Site(BaseModel):
    """One cluster. A limit of 0 is unknown and not checked.

    Attributes
    ----------
    verified : str
        Where and how the profile was run; empty when it never was.
    launch : str
        What starts ranks, without the number of ranks.
    prologue : str
        Shell lines before the program: modules, virtual environment.
    header : dict
        Further lines of the scheduler's header, by option name; ``True`` for one without a value.
    memory_lines : bool
        Whether the site wants to be asked for memory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    verified: str = ""
    scheduler: Literal["slurm", "lsf"] = "slurm"
    launch: str = "srun --mpi=pmi2"
    cores_per_node: int = Field(0, ge=0)
    memory_per_node: float = Field(0, ge=0)
    longest_hours: float = Field(0, ge=0)
    gpus_per_node: int = Field(0, ge=0)
    memory_lines: bool = True
    prologue: str = ""
    header: dict[str, str | int | bool] = {}


def site_names() -> list[str]:
    """Names of the profiles that come with the package."""
    return sorted(path.stem for path in (FOLDER / "sites").glob("*.toml"))


def find_site(name: str | Path) -> Site:
    """Read a profile by its name or from a file of your own.

    Raises
    ------
    InputError
        If there is none, or the file has a mistake, with its place.
    """
    own = Path(name)
    path = own if own.suffix == ".toml" else FOLDER / "sites" / f"{name}.toml"
    if not path.exists():
        raise InputError(f"no such site; known: {', '.join(site_names())}, or a .toml file", item=f"site {name}")
    with placed(path):
        return validated(Site, parse_toml(read_text(path), path))
