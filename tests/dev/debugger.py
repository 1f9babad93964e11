"""``breakpoint()`` where the standard input is not the terminal: in a worker of the server, and in a forked child."""

from __future__ import annotations

import pdb
import sys


def stop_here() -> None:
    """What ``PYTHONBREAKPOINT`` names: a debugger on the terminal itself, for the caller's frame."""
    with_terminal = pdb.Pdb(stdin=open("/dev/tty"), stdout=open("/dev/tty", "w"))  # noqa: SIM115  (it stays open)
    with_terminal.set_trace(sys._getframe(1))
