"""``manage.py serve``: bring the database up to date, then serve."""

from __future__ import annotations

import resource
import signal
import sys
from argparse import SUPPRESS
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from icontrol import environ, listening, supervisor
from icontrol.plan import HANDED_ON, Plan
from icontrol.starting import alone, hold_data, wait_for_database
from releases.bootstrap import first_start

#: Open files of a process besides its connections: database, logs, requests to the authors' process, the server itself.
OTHER_FILES = 256
LEAST_CONNECTIONS = 64


class Command(BaseCommand):
    help = "Migrates the database, creates what a first start needs, and serves until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        # The supervisor calls this at a reload: everything except listening; the plan goes to stdout.
        parser.add_argument("--prepare", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["prepare"]:
            self.stdout, plan_goes_to = self.stderr, self.stdout
            self.prepare()
            plan_goes_to.write(plan(self.connections()).dump().decode())
            return
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a reload is for a running server
        host, port = settings.HOST, settings.PORT
        raise_open_files(settings.ICONTROL_CONNECTIONS)
        connections = self.connections()
        try:
            first, *locks = listening.claim(host, port)
        except listening.Taken as why:
            raise CommandError(
                f"Cannot listen on {host} port {port}: {why}. Choose another with HOST and PORT, "
                f"for example: PORT={port + 1 if port < 65535 else 8000} make run"
            ) from None
        if (data := hold_data()) is None:
            raise CommandError(f"A backup is just being restored in {settings.ICONTROL_DATA}. Start again after it.")
        self.prepare()
        base = settings.PUBLIC_BASE_URL
        self.say(f"iCONTROL starts on {first.getsockname()[0]} port {port}; Ctrl-C stops it. Look at:")
        self.say(f"  start here        {base}/")
        self.say(f"  administration    {base}/admin/")
        self.say(f"  API, browsable    {base}/api/docs")
        self.say(f"  what clients ask  {base}/meta/release")
        self.say(f"  data directory    {settings.ICONTROL_DATA}")
        sys.stdout.flush()
        sys.stderr.flush()
        supervisor.take_over(plan(connections), first, [*locks, data])

    def prepare(self) -> None:
        wait_for_database(self.say)
        with alone(self.say):
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
            first_start(now=timezone.now(), announce=self.say)
        connections.close_all()

    def connections(self) -> int:
        """Connections per process: beyond the limit of open files, accepting would fail over and over."""
        wanted, files = settings.ICONTROL_CONNECTIONS, open_files()
        if files is None or files - OTHER_FILES >= wanted:
            return wanted
        mend = f"raise the limit of open files, which is {files} (ulimit -n; LimitNOFILE= of systemd)"
        if files - OTHER_FILES < LEAST_CONNECTIONS:
            raise CommandError(f"A server needs {OTHER_FILES + LEAST_CONNECTIONS} open files: {mend}.")
        possible = files - OTHER_FILES
        self.say(f"Each process takes only {possible} connections, not the {wanted} of ICONTROL_CONNECTIONS: {mend}.")
        return possible

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def plan(connections: int) -> Plan:
    return Plan(
        address=f"{settings.HOST} port {settings.PORT}",
        workers=settings.ICONTROL_WORKERS,
        arguments=arguments(connections),
        secrets=environ.set_outside(HANDED_ON),
        settings=settings.ICONTROL_ENV_FILE,
    )


def arguments(connections: int) -> list[str]:
    """granian's command line for one worker."""
    return [
        "--interface=asgi",
        "--http=1",  # "auto" waits for an HTTP/2 preface, without a deadline
        # Also the idle time of a connection: longer than clients wait between two polls.
        "--http1-header-read-timeout=45000",
        "--http1-buffer-size=65536",  # of incoming headers; the default would be 3 GB for all connections
        f"--backpressure={connections}",
        f"--backlog={listening.BACKLOG}",
        "--no-ws",
        "--no-access-log",
        "--log-level=warning",
        f"--working-dir={settings.BASE_DIR}",
        "icontrol.asgi:application",
    ]


def raise_open_files(connections: int) -> None:
    """Allow as many open files as the system does: children inherit it, and a reload may need more connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (max(soft, wanted) if hard == resource.RLIM_INFINITY else hard, hard)
        )


def open_files() -> int | None:
    """Open files that a process may have; ``None``: no limit."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
