"""Commands of other packages through entry points."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint

import pytest
import typer
from typer.testing import CliRunner

from optimise.cli import plugins
from optimise.cli.app import app


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    module = types.ModuleType("some_plugin")
    sub = typer.Typer(help="A group of commands.")

    @sub.command()
    def first() -> None:
        typer.echo("first of the group")

    @sub.command()
    def second() -> None: ...

    def greet(name: str = "you") -> None:
        """Say hello."""
        typer.echo(f"hello {name}")

    module.sub, module.greet = sub, greet  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_plugin", module)
    points = [
        EntryPoint("group", "some_plugin:sub", plugins.GROUP),
        EntryPoint("greet", "some_plugin:greet", plugins.GROUP),
        EntryPoint("solve", "some_plugin:greet", plugins.GROUP),
        EntryPoint("lost", "some_plugin:absent", plugins.GROUP),
    ]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    return module


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output + str(done.exception or "")


@pytest.mark.usefixtures("entries")
def test_functions_and_groups_become_commands() -> None:
    assert run("greet", "--name", "Ann") == (0, "hello Ann\n")
    assert run("group", "first") == (0, "first of the group\n")
    code, text = run("--help")
    assert code == 0
    assert "Say hello." in text
    assert "A group of commands." in text


@pytest.mark.usefixtures("entries")
def test_a_broken_one_says_so_and_the_help_still_works() -> None:
    assert "Cannot be loaded" in run("--help")[1]
    code, text = run("lost")
    assert code != 0
    assert "some_plugin:absent" in text


@pytest.mark.usefixtures("entries")
def test_our_own_commands_cannot_be_replaced() -> None:
    assert "INSTANCE" in run("solve", "--help")[1]


def test_our_own_commands_need_no_search_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(group: str) -> list[EntryPoint]:
        raise AssertionError("searched")

    monkeypatch.setattr(plugins, "entry_points", never)
    assert run("solve", "--help")[0] == 0
