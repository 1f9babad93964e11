"""Start-up of each server process after Django is loaded: workers, the authors' process, other servers' processes."""

from __future__ import annotations

import sys

from icontrol.kernel import background, deadlines
from releases import housekeeping

#: Seconds after which a computing thread lets another one run. A kill yields at each query and then waits this long
#: beside an editor's diff in the same process: with Python's 5 ms its p99 was twice as long, and editors gained
#: nothing.
SWITCH_INTERVAL = 0.0005


def begin() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL)
    deadlines.everywhere(deadlines.SERVER)
    background.write_in_background()
    housekeeping.keep_house()
