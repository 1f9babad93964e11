"""``make dev``: the true server with the live demo, started anew whenever a source file changes.

Its data is in ``var/dev``, so that the server of ``make run`` keeps its own. A server that does not start leaves its
reason on the screen, and the next change starts another one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.run import ROOT, leave

SOURCES = ("configs", "flags", "frontend", "icontrol", "releases", "templates", "tests/dev", "manage.py")
#: Style sheets, scripts and pictures are read anew at each request.
SUFFIXES = {".html", ".json", ".po", ".py"}
POLL_SECONDS = 0.3
ACCOUNT = "admin", "at-the-desk-only"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.dev.settings",
    "ICONTROL_ADMIN_PASSWORD": ACCOUNT[1],
    "ICONTROL_DATA": "var/dev",
    "ICONTROL_WORKERS": "1",  # one process to look into
    "PYTHONBREAKPOINT": "tests.dev.debugger.stop_here",
}


def sources() -> dict[Path, int]:
    """File → when it was changed."""
    found = {}
    for source in SOURCES:
        place = ROOT / source
        for path in place.rglob("*") if place.is_dir() else [place]:
            if path.suffix in SUFFIXES:
                try:
                    found[path] = path.stat().st_mtime_ns
                except FileNotFoundError:  # an editor is just replacing it
                    continue
    return found


def next_change(known: dict[Path, int]) -> list[Path]:
    """Waits until something differs: what was changed, made or removed."""
    while (now := sources()) == known:
        time.sleep(POLL_SECONDS)
    return sorted({path for path, _ in known.items() ^ now.items()})


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=ROOT, env={**ENVIRONMENT, **os.environ})


def stop(server: subprocess.Popen[bytes]) -> None:
    """At once: a request that a debugger holds is not waited for."""
    for _ in range(2):
        server.terminate()
        try:
            server.wait(1)
        except subprocess.TimeoutExpired:
            continue
    server.wait()


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    print("dev: sign in as {} with the password {}".format(*ACCOUNT), flush=True)
    known = sources()
    while True:
        server = start()
        try:
            changed = next_change(known)
        finally:
            stop(server)
        known = sources()
        names = ", ".join(str(path.relative_to(ROOT)) for path in changed[:3])
        print(f"dev: {names} changed; starting anew", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
