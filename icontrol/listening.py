"""The port: claimed for one server, and one socket on it for each of its workers.

The system deals new connections out to the sockets (``SO_REUSEPORT``); where workers share one socket, the same worker
takes nearly all. The supervisor keeps the sockets, so that what waits in a queue outlives the worker. A socket takes
connections from the moment when its worker begins to listen.
"""

from __future__ import annotations

import os
import socket
import sys

BACKLOG = 4096  # connections that wait to be taken; the system may allow fewer


class Taken(Exception):
    """Why nothing can listen there, in a few words."""


def claim(host: str, port: int) -> list[socket.socket]:
    """Sockets that keep other servers away from ``host`` and ``port``; the first is bound and gives the address.

    Asked before anything is done: a server that runs there already is told at once, and nothing was changed.

    :raises Taken: no address of ``host`` can be listened on.
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
                probe.listen()  # alone: this socket does not share
            locks = lock_of(str(where[0]), port)
            first = bound(family, where)
        except OSError as error:
            refusal = error.strerror or str(error)
        else:
            return [first, *locks]
    raise Taken(refusal)


def lock_of(address: str, port: int) -> list[socket.socket]:
    """Against a server that starts at the same moment: both would share.

    A name in Linux's abstract namespace: it belongs to the same network as the port, and is gone with the process.
    """
    if sys.platform != "linux":
        return []
    lock = socket.socket(socket.AF_UNIX)
    try:
        lock.bind(f"\0icontrol {os.geteuid()} {address} {port}")
    except OSError:
        lock.close()
        raise
    return [lock]


def bound(family: int, where: object) -> socket.socket:
    """A socket at the address, beside those of the other workers. It does not listen yet."""
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(where)  # type: ignore[arg-type]
        one.setblocking(False)
    except OSError:
        one.close()
        raise
    return one


def another(one: socket.socket) -> socket.socket:
    """A socket at the same address."""
    return bound(one.family, one.getsockname())
