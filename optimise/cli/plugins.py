"""Commands that other packages add through the entry-point group ``wardwise.commands``.

An entry names a Typer function or a Typer application: ``slurm = "hpc.slurm.cli:app"``. It is imported when its
command is used, and for ``--help``; so its module must import no more than typer at the top.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

__all__ = ["GROUP", "PluginGroup"]

GROUP = "wardwise.commands"


class PluginGroup(TyperGroup):
    """Our own commands first, then those of other packages, which can add but not replace."""

    def list_commands(self, ctx: Any) -> list[str]:
        own = super().list_commands(ctx)
        return own + sorted(set(self._points()) - set(own))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in self._points():
            found = _made(self._points()[cmd_name])
            self.add_command(found, cmd_name)
        return found

    def _points(self) -> dict[str, EntryPoint]:
        """Entries by name; looked up once, and not at all while only our own commands are used."""
        if not hasattr(self, "_found"):
            self._found = {point.name: point for point in entry_points(group=GROUP)}
        return self._found


def _made(point: EntryPoint) -> Any:
    """The command of an entry; one that cannot be loaded says so in the help and when it is used."""
    try:
        target = point.load()
    except Exception as error:  # any fault of a plug-in
        target = _broken(point, error)
    if not isinstance(target, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(point.name)(target)
        target = single
    made = get_command(target)
    made.name = point.name
    return made


def _broken(point: EntryPoint, error: Exception) -> Any:
    def broken() -> None:
        from optimise.core.errors import WardwiseError

        raise WardwiseError(f"the command {point.name!r} ({point.value}) cannot be loaded: {error}")

    broken.__doc__ = f"Cannot be loaded: {error}"
    return broken
