"""A worker process: granian's worker, on a socket that the supervisor keeps open.

granian's own main process allows a second server on the same port, loses the queue of a worker that ends, and exits
when a worker dies twice. So only its worker is used.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, ClassVar

from granian import cli
from granian._granian import SocketHolder
from granian.server.mp import MPServer

from icontrol import child, environ


class Worker(MPServer):
    """granian's server, reduced to the one worker that runs in this process."""

    listener: ClassVar[int]

    def _serve(self, spawn_target: Callable[..., None], target_loader: Callable[[], Any]) -> None:
        self._ssp, self._sso = None, None
        self._shd: Any = SocketHolder(self.listener, False, self.backlog)  # type: ignore[call-arg]
        self._spawn_worker(0, spawn_target, target_loader).inner.run()


def main() -> None:
    values = child.begin()
    environ.given.update(values["given"])
    if "line" in values:  # absent under an older supervisor without an authors' process
        environ.to_authors = socket.socket(fileno=values["line"])
    environ.alive = values["ready"]
    Worker.listener = values["listener"]
    setattr(cli, "Server", Worker)  # noqa: B010  (what its command line makes)
    try:
        cli.cli(values["arguments"], standalone_mode=False)
    finally:
        child.end()


if __name__ == "__main__":
    main()
