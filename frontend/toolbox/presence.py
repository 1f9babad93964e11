"""Who else is in the Toolbox, and on which item: names only, for half a minute, in memory of the authors' process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds without a word after which somebody has left.
LEFT = 30.0
#: Pages that are remembered, of all applications together.
MOST = 500
#: Pages that one answer names.
SHOWN = 20

Key = tuple[int, str, str]


class Presence:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        #: (application, person, page) → (item, when); the one that was heard last stands last.
        self._seen: dict[Key, tuple[str, float]] = {}

    def here(self, application: int, person: str, page: str, item: str) -> list[tuple[str, str]]:
        """Somebody's page shows an item; (person, item) of other people's pages."""
        now, me = self._clock(), (application, person, page)
        with self._lock:
            self._seen.pop(me, None)
            self._seen[me] = (item, now)
            for key in [key for key, (_, at) in self._seen.items() if now - at > LEFT]:
                del self._seen[key]
            while len(self._seen) > MOST:
                del self._seen[next(iter(self._seen))]
            others = [
                (key[1], shown) for key, (shown, _) in self._seen.items() if key[0] == application and key[1] != person
            ]
        return sorted(set(others))[:SHOWN]


presence = Presence()
