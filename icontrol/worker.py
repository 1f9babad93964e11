"""One process that answers: granian's worker, on a socket that the supervisor keeps.

granian's own main process lets a second server in on the same port, loses the queue of a worker that ends, and leaves
when a worker dies twice. Only its worker is taken.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

from granian import cli
from granian._granian import SocketHolder
from granian.server.mp import MPServer

from icontrol import environ
from icontrol.supervisor import handed_over

ORPHANED = 5  # seconds that requests may still take when the supervisor is gone


class Worker(MPServer):
    """granian's server, reduced to the one worker that runs in this process."""

    listener: ClassVar[int]
    ready: ClassVar[int]

    def _serve(self, spawn_target: Callable[..., None], target_loader: Callable[[], Any]) -> None:
        def load() -> Any:
            application = target_loader()
            os.write(self.ready, b".")
            os.close(self.ready)
            return application

        self._ssp, self._sso = None, None
        self._shd: Any = SocketHolder(self.listener, False, self.backlog)  # type: ignore[call-arg]
        self._spawn_worker(0, spawn_target, load).inner.run()


def end_with(life: int) -> None:
    """Stop when the supervisor is gone, however it ended: only it holds the other end of the pipe."""
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHANED)
    os._exit(1)


def main() -> None:
    values = handed_over()
    environ.given.update(values["given"])
    threading.Thread(target=end_with, args=(values["life"],), name="supervisor-watch", daemon=True).start()
    Worker.listener, Worker.ready = values["listener"], values["ready"]
    setattr(cli, "Server", Worker)  # noqa: B010  (what its command line makes)
    try:
        cli.cli(values["arguments"], standalone_mode=False)
    finally:
        # As at the end of any worker process: what was registered runs, and no thread of the server is waited for.
        atexit._run_exitfuncs()
        os._exit(0)


if __name__ == "__main__":
    main()
