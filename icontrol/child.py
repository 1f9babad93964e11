"""What a process that the supervisor starts is given, begins with and ends with. Nothing of Django."""

from __future__ import annotations

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

ORPHANED = 5  # seconds that requests may still take when the supervisor is gone


def hand_over(process: subprocess.Popen[bytes], **values: Any) -> None:
    """By its standard input, which ends with it. A process that is gone already is noticed elsewhere."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(json.dumps(values).encode())


def handed_over() -> Mapping[str, Any]:
    """What :func:`hand_over` gave to this process."""
    values: Mapping[str, Any] = json.load(sys.stdin)
    return values


def begin() -> Mapping[str, Any]:
    """What was handed over. From now on this process ends when the supervisor is gone."""
    values = handed_over()
    threading.Thread(target=_end_with, args=(values["life"],), name="supervisor-watch", daemon=True).start()
    return values


def _end_with(life: int) -> None:
    """However the supervisor ended: only it holds the other end of the pipe."""
    os.read(life, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(ORPHANED)
    os._exit(1)


def say_ready(pipe: int) -> None:
    os.write(pipe, b".")
    os.close(pipe)


def end() -> NoReturn:
    """What was registered for the end runs, and no thread is waited for."""
    atexit._run_exitfuncs()
    os._exit(0)
