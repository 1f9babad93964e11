"""What each process of a server begins with once Django is there: workers, the authors' process, other servers'."""

from __future__ import annotations

import sys

from icontrol.kernel import background, deadlines
from releases import housekeeping

#: Seconds after which a thread that computes lets another one run. A kill gives way at each of its queries and waits so
#: long each time beside an editor's diff in the same process: with Python's 5 ms its p99 was twice as long, and the
#: editors got no further.
SWITCH_INTERVAL = 0.0005


def begin() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL)
    deadlines.everywhere(deadlines.SERVER)
    background.write_in_background()
    housekeeping.keep_house()
