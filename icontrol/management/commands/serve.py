"""``manage.py serve``: bring the database up to date, then serve."""

from __future__ import annotations

import os
import resource
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from icontrol.starting import alone, wait_for_database
from releases.bootstrap import first_start

#: Files that a process has open beside its connections: database, logs, what the server itself needs.
OTHER_FILES = 128


class Command(BaseCommand):
    help = "Migrates the database, makes what a first start needs, and serves until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        address = free_address(settings.HOST, settings.PORT)
        wait_for_database(self.say)
        with alone(self.say):
            call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
            first_start(now=timezone.now(), announce=self.say)
        base = settings.PUBLIC_BASE_URL
        self.say(f"iCONTROL starts on {address} port {settings.PORT}; Ctrl-C stops it. Look at:")
        self.say(f"  administration    {base}/admin/")
        self.say(f"  API, browsable    {base}/api/docs")
        self.say(f"  what clients ask  {base}/meta/release")
        self.say(f"  data directory    {settings.ICONTROL_DATA}")
        if (possible := raise_open_files(settings.ICONTROL_CONNECTIONS)) < settings.ICONTROL_CONNECTIONS:
            self.say(
                f"Only {possible} connections a process are possible: the limit of open files is too low for "
                f"ICONTROL_CONNECTIONS={settings.ICONTROL_CONNECTIONS} (ulimit -n; LimitNOFILE= of systemd)."
            )
        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        # The server takes this process over, so that signals, the exit code and the process id are its own. It may
        # start in another directory: the data directory goes along as an absolute path.
        os.environ["ICONTROL_DATA"] = str(settings.ICONTROL_DATA)
        os.execv(sys.executable, [sys.executable, "-m", "granian", *arguments(address)])

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def arguments(address: str) -> list[str]:
    """granian's command line. Two threads a process answer fastest; its default is hundreds."""
    return [
        "--interface=wsgi",
        "--http=1",  # "auto" waits for an HTTP/2 preface, without a deadline
        # Also how long an idle connection is kept: longer than clients wait between two questions.
        "--http1-header-read-timeout=45000",
        "--http1-buffer-size=65536",  # of headers that come; the default would be 3 GB for all connections
        f"--backpressure={settings.ICONTROL_CONNECTIONS}",
        f"--host={address}",
        f"--port={settings.PORT}",
        f"--workers={settings.ICONTROL_WORKERS}",
        "--blocking-threads=2",
        "--respawn-failed-workers",
        "--workers-kill-timeout=30",
        "--no-ws",
        "--no-access-log",
        "--log-level=warning",
        f"--working-dir={settings.BASE_DIR}",
        "icontrol.wsgi:application",
    ]


def raise_open_files(connections: int) -> int:
    """Ask the system for as many open files as ``connections`` need; how many connections that allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft - OTHER_FILES)


def free_address(host: str, port: int) -> str:
    """The first IP address of ``host`` (the server takes no names) where ``port`` can be listened on.

    Asked before anything is done: a server that runs there already is told at once, and nothing was changed.
    """
    refusal = "no such host"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        found = []
    for family, kind, protocol, _, where in found:
        try:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(where)
        except OSError as error:
            refusal = error.strerror or str(error)
        else:
            return str(where[0])
    raise CommandError(
        f"Cannot listen on {host} port {port}: {refusal}. "
        f"Choose another with HOST and PORT, for example: PORT={port + 1 if port < 65535 else 8000} make run"
    )
