"""The process that does authors' work, so that their computing holds up no client and no kill.

The supervisor keeps one for a server. Workers read and answer the requests; they pass them on over a line:
:mod:`icontrol.front_door.relay`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from functools import partial

from icontrol import child, environ

#: Linux and macOS schedule by it: on a machine that is busy the workers go first.
NICE = 10


def main() -> None:
    values = child.begin()
    environ.given.update(values["given"])
    # Ctrl-C goes to all processes of a terminal: the workers, which may still ask, end first. The supervisor says when.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Only now: settings read what was handed over; and in this order, for the apps must be there.
    from icontrol.wsgi import django_application  # isort: split

    from icontrol.front_door.authors import Authors

    os.nice(NICE)  # not before: whoever asks waits for the start
    authors = Authors(django_application, socket.socket(fileno=values["line"]))
    try:
        asyncio.run(authors.serve(partial(child.say_ready, values["ready"])))
    finally:
        child.end()


if __name__ == "__main__":
    main()
