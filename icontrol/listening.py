"""The port: claims it for one server and opens one socket on it per worker.

The system distributes new connections over the sockets (``SO_REUSEPORT``); with one shared socket the same worker takes
nearly all. The supervisor keeps the sockets open, so queued connections outlive a worker. A socket accepts connections
once its worker listens.
"""

from __future__ import annotations

import os
import socket
import sys

BACKLOG = 4096  # queued connections; the system may allow fewer


class Taken(Exception):
    """Why the address cannot be used."""


def claim(host: str, port: int) -> list[socket.socket]:
    """Sockets that reserve ``host`` and ``port`` against other servers; the first is bound and gives the address.

    Called first: if a server already runs there, the start fails at once and has changed nothing.

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
    """A lock against a server that starts at the same time: both could bind the port.

    A name in Linux's abstract namespace: it has the same network namespace as the port and ends with the process.
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
    """A new socket at the address, besides those of the other workers. It does not listen yet."""
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
    """Another socket at the same address."""
    return bound(one.family, one.getsockname())
