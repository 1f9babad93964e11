"""Start-up and end of the supervisor's child processes. Imports no Django."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, NoReturn

ORPHANED = 5  # seconds for requests to finish when the supervisor is gone
BEAT = 5  # seconds between two signs of life


def hand_over(process: subprocess.Popen[bytes], **values: Any) -> None:
    """Send settings to a child through its standard input. If the child is already gone, other code notices."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(json.dumps(values).encode())


def handed_over() -> Mapping[str, Any]:
    """What :func:`hand_over` sent to this process."""
    values: Mapping[str, Any] = json.load(sys.stdin)
    return values


def begin() -> Mapping[str, Any]:
    """Returns what was handed over. From now on this process ends when the supervisor is gone."""
    values = handed_over()
    threading.Thread(target=_end_with, args=(values["life"],), name="supervisor-watch", daemon=True).start()
    return values


def _end_with(life: int) -> None:
    """Works however the supervisor ended: only it holds the other end of the pipe."""
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHANED)
    os._exit(1)


async def beat(pipe: int) -> None:
    """Tell the supervisor that this event loop turns: the first time that it is ready, then that it still lives."""
    os.set_blocking(pipe, False)
    with contextlib.suppress(BrokenPipeError):  # the supervisor is gone, or of a version that listens once
        while True:
            with contextlib.suppress(BlockingIOError):  # it is held; it will find more signs than it needs
                os.write(pipe, b".")
            await asyncio.sleep(BEAT)


def end() -> NoReturn:
    """Run the exit handlers and end without waiting for threads."""
    atexit._run_exitfuncs()
    os._exit(0)
