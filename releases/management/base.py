"""The base of all commands: actor, place, output and exit codes.

Like an API view, a command parses, looks up, calls one action, and prints. Exit codes: 0 done, 2 refused (also wrong
arguments), 3 conflict: the data changed since it was read, or a confirmation is missing.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone, translation

from configs.models import Application
from configs.snapshot.canonical import SURROGATE, NotStrictJSON, parse_strict
from icontrol import __version__
from icontrol.kernel import problem_json, responses
from icontrol.kernel.actors import Actor
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import LANGUAGES, Text, both, pick
from releases.access.authentication import console_actor
from releases.lookup import find_application, find_environment
from releases.management.output import next_step, refusal_lines
from releases.models import Environment

REFUSED, CONFLICT = 2, 3
#: Options that several commands take: name → (flag, arguments of argparse).
SHARED: dict[str, tuple[str, dict[str, Any]]] = {
    "application": ("--application", {"metavar": "KEY", "help": "Application; default: the default application."}),
    "environment": ("--environment", {"metavar": "KEY", "help": "Environment; default: the default environment."}),
    "reason": ("--reason", {"metavar": "TEXT", "default": "", "help": "Why; kept in the audit."}),
    "confirm": (
        "--confirm",
        {"metavar": "CODE", "action": "append", "default": [], "help": "Confirm a finding; may be repeated."},
    ),
    "expected_serial": (
        "--expected-serial",
        {"metavar": "N", "type": int, "help": "Refuse if N is no longer the newest release."},
    ),
    "dry_run": ("--dry-run", {"action": "store_true", "help": "Show the result, and change nothing."}),
}


class ActionCommand(BaseCommand):
    """One command. Subclasses name in ``takes`` which of :data:`SHARED` they take, and implement ``run``."""

    takes: tuple[str, ...] = ()
    # An emergency rollback must not wait for checks; `manage.py check` and every start run them.
    requires_system_checks: list[str] = []
    suppressed_base_arguments = {  # noqa: RUF012
        "--version",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
    }
    #: Whether the command needs an existing database.
    needs_database = True
    options: Mapping[str, Any]
    language: str
    now: dt.datetime
    answered = False

    def get_version(self) -> str:
        return __version__

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # No abbreviations: a script's --env must not change its meaning with the next version.
        return super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        self.arguments(parser)
        for name in self.takes:
            flag, details = SHARED[name]
            parser.add_argument(flag, dest=name, **details)
        parser.add_argument("--json", action="store_true", dest="as_json", help="Answer with one JSON object.")
        parser.add_argument("--language", choices=LANGUAGES, help="Language of the answer; default: ICONTROL_LANGUAGE.")

    def arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""

    @abstractmethod
    def run(self) -> None:
        """Run the command with ``self.options``; raises refusals."""

    # --- what commands ask for ----------------------------------------------------------------------------------------

    @property
    def actor(self) -> Actor:
        return console_actor()

    def application(self) -> Application:
        return find_application(self.options["application"])

    def environment(self) -> Environment:
        return find_environment(self.options["environment"], application=self.options["application"])

    def read_json(self, name: str, times: int = 2, *, parse: Callable[..., Any] = parse_strict) -> Any:
        """Strict JSON from a file, ``-`` for standard input; at most ``times`` the size of a snapshot."""
        cap = times * settings.ICONTROL_SNAPSHOT_MAX_BYTES
        try:
            if name == "-":
                data = sys.stdin.buffer.read(cap + 1)
            else:
                with Path(name).open("rb") as file:
                    data = file.read(cap + 1)
        except OSError as error:
            raise unusable(both("{name} cannot be read: {why}.", name=name, why=error.strerror)) from None
        try:
            return parse(data, max_bytes=cap)
        except NotStrictJSON as error:
            raise Refusal("json.refused", problems=error.problems) from None

    # --- answering ----------------------------------------------------------------------------------------------------

    def answer(self, body: Mapping[str, Any], lines: Iterable[str | Text]) -> None:
        """``body`` with ``--json``, else the lines, in the reader's language."""
        self.answered = True
        if self.options["as_json"]:
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))
            return
        for line in lines:
            self.stdout.write(self.said(line))

    def said(self, text: str | Text) -> str:
        return str(pick(text, self.language))

    def aside(self, text: str | Text) -> None:
        """Print a message for people on stderr: stdout may be captured."""
        self.stderr.write(self.said(text), str)

    def title(self, text: str | Text) -> str:
        return self.style.MIGRATE_HEADING(self.said(text))

    # --- running ------------------------------------------------------------------------------------------------------

    def run_from_argv(self, argv: list[str]) -> None:
        speak_utf8()
        super().run_from_argv(argv)

    def handle(self, *args: Any, **options: Any) -> None:
        self.options = options
        self.language = options["language"] or settings.LANGUAGE_CODE
        self.now = timezone.now()
        with translation.override(self.language):
            try:
                _check_utf8(options)
                if self.needs_database:
                    _check_database()
                self.run()
            except Refusal as refusal:
                self._refuse(refusal)
            except (DatabaseError, InterfaceError) as error:
                refusal_or_none = Refusal("db.unmigrated") if _unmigrated() else responses.to_refusal(error)
                if refusal_or_none is None:
                    raise
                self._refuse(refusal_or_none)

    def _refuse(self, refusal: Refusal) -> None:
        """Print a refusal on stderr; with ``--json`` also the API's problem document on stdout, unless it already has
        an answer.
        """
        if self.options["as_json"] and not self.answered:
            self.stdout.write(
                json.dumps(
                    problem_json.body_of(refusal, self.language, next_step(refusal)), ensure_ascii=False, indent=2
                )
            )
        title, *rest = refusal_lines(refusal, self.language)
        self.stderr.write(title)
        for line in rest:
            self.stderr.write(line, str)
        sys.exit(CONFLICT if refusal.status in (409, 412) else REFUSED)


def speak_utf8() -> None:
    """Use UTF-8 in any locale: our texts contain “ and é, and exports are UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def unusable(why: Text) -> Refusal:
    """A refusal for unusable arguments."""
    return Refusal("command.unusable", why=why)


def _check_utf8(options: Mapping[str, Any]) -> None:
    """Python decodes invalid bytes as lone surrogates, which cannot be stored."""
    texts = [text for value in options.values() for text in (value if isinstance(value, list) else [value])]
    if any(isinstance(text, str) and SURROGATE.search(text) for text in texts):
        raise unusable(both("An argument is not UTF-8."))


def _check_database() -> None:
    """Check that SQLite's file exists: only a start and ``migrate`` create it."""
    file = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(file).exists():
        raise Refusal("db.missing", file=file)


def _unmigrated() -> bool:
    """Whether migrations are missing; checked only after a database error."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except (DatabaseError, InterfaceError):
        return False
