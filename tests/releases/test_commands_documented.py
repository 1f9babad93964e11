"""``docs/reference/commands.md`` and the parsers say the same; so do ``states.md`` and the states."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand

from configs.states import STATES, TRANSITIONS
from icontrol.utility import Utility
from tests.releases.commands import done

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGE = (REFERENCE / "commands.md").read_text()
COMMON, *_SECTIONS = re.split(r"^## `(?=\w+`$)", PAGE, flags=re.MULTILINE)
SECTIONS = {text.partition("`")[0]: text for text in _SECTIONS}
APPS = ("releases", "flags", "icontrol")
OURS = {name: app for name, app in get_commands().items() if app in APPS and name != "migrate"}
EVERYWHERE = {"--json", "--language"}
PLAIN = ("serve", "state_diagram")


def parser(name: str) -> argparse.ArgumentParser:
    command = load_command_class(OURS[name], name)
    assert isinstance(command, BaseCommand)
    return command.create_parser("manage.py", name)


def options(name: str) -> set[str]:
    """The command's own: not those that Django gives to every command."""
    ours = parser(name)._actions
    if name in PLAIN:
        django = {flag for action in BaseCommand().create_parser("", "")._actions for flag in action.option_strings}
    else:
        django = {"-h", "--help", "-v", "--verbosity"}
    shown = [action for action in ours if action.help != argparse.SUPPRESS]
    return {flag for action in shown for flag in action.option_strings} - django


def block(name: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", SECTIONS[name], re.DOTALL)
    assert found is not None
    return found[1]


def described(text: str) -> set[str]:
    """Options with a row in a table."""
    return set(re.findall(r"^\| `(--[\w-]+)", text, re.MULTILINE))


def test_every_command_is_documented_and_every_documented_command_is_there() -> None:
    assert set(SECTIONS) == set(OURS)


def test_the_help_shows_our_commands_first_each_with_what_it_does() -> None:
    lines = Utility(["manage.py"]).main_help_text().splitlines()
    django = lines.index("Available subcommands:")
    shown = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines[:django] if line.startswith("    ")}
    assert set(shown) >= set(OURS) and all(shown.values())
    assert Utility(["manage.py"]).main_help_text(commands_only=True).splitlines() == sorted(get_commands())


@pytest.mark.parametrize("name", sorted(OURS))
def test_synopsis_and_parser_have_the_same_options(name: str) -> None:
    written = set(re.findall(r"--[\w-]+", block(name, "text")))
    assert written == options(name) - EVERYWHERE
    assert (options(name) & EVERYWHERE == EVERYWHERE) == (name not in PLAIN)


@pytest.mark.parametrize("name", sorted(OURS))
def test_synopsis_and_parser_have_the_same_arguments(name: str) -> None:
    first, *rest = shlex.split(re.sub(r"[\[\]]", " ", block(name, "text")))
    words = iter([word for word in rest if word != "|"])
    taken = {flag: action.nargs != 0 for action in parser(name)._actions for flag in action.option_strings}
    written = [word for word in words if not (word.startswith("--") and (not taken[word] or next(words)))]
    written = [word for word in written if word not in ("FILE", "…")]  # the further files of verify_ledger
    assert first == name
    assert written == [action.metavar for action in parser(name)._actions if not action.option_strings]


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_option_is_described_in_its_section_or_for_all(name: str) -> None:
    assert described(SECTIONS[name]) | described(COMMON) >= options(name)
    assert described(SECTIONS[name]) <= options(name)


def test_options_for_all_are_those_of_several_commands() -> None:
    for option in described(COMMON):
        assert any(option in options(name) for name in OURS)


@pytest.mark.parametrize("name", sorted(OURS))
def test_examples_are_understood_and_help_is_written(name: str) -> None:
    for line in block(name, "sh").splitlines():
        found = re.search(r"\bmanage (\w+)(.*?)\)?$", line)
        assert found is not None and found[1] == name
        parser(name).parse_args(shlex.split(found[2]))
    assert name in parser(name).format_help()
    for action in parser(name)._actions:
        assert action.help, action.dest


def test_the_state_diagram_is_the_one_in_the_documents() -> None:
    page = done("state_diagram").out
    assert page == (REFERENCE / "states.md").read_text()
    for source, move, target in TRANSITIONS:
        assert f"    {source} --> {target}: {move}\n" in page
    for state, name in STATES.items():
        assert f"| {state} | {name['fr']} | " in page
