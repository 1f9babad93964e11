"""The process for authors' work, so that their computations delay no client and no kill.

The supervisor runs one per server. Workers read the requests, pass them on over a socket
(:mod:`icontrol.front_door.relay`) and send the answers.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from functools import partial

from icontrol import child, environ

#: Niceness: on a busy machine the workers go first.
NICE = 10


def main() -> None:
    values = child.begin()
    environ.given.update(values["given"])
    # Ctrl-C reaches all processes of a terminal, but the workers, which may still send requests, must end first. The
    # supervisor ends this one.
    # SIGHUP of a closed terminal likewise.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Only now, because settings read what was handed over; in this order, because the apps must be loaded.
    from icontrol.wsgi import django_application  # isort: split

    from icontrol.front_door.authors import Authors

    os.nice(NICE)  # not before: requests wait for the start
    authors = Authors(django_application, socket.socket(fileno=values["line"]))
    try:
        asyncio.run(authors.serve(partial(child.beat, values["ready"])))
    finally:
        child.end()


if __name__ == "__main__":
    main()
