"""What ``manage.py serve`` found out, as its main process is told of it. Nothing of Django."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields

AUTHORS = 0  # number of the authors' process among the workers
#: Variables that no process keeps in its environment, where ``/proc`` shows them: they are handed over by a pipe.
SECRETS = ("DATABASE_URL", "ICONTROL_SECRET_KEY", "ICONTROL_ADMIN_PASSWORD", "PGPASSWORD")
HANDED_ON = tuple(name for name in SECRETS if name != "ICONTROL_ADMIN_PASSWORD")  # that was for the first start


@dataclass(frozen=True)
class Plan:
    """What ``manage.py serve`` found out.

    ``arguments`` is granian's command line for one worker, ``secrets`` what the environment said of :data:`SECRETS`,
    ``settings`` what the file of settings says.
    """

    address: str
    workers: int
    arguments: list[str]
    secrets: dict[str, str]
    settings: dict[str, str]

    def dump(self) -> bytes:
        return json.dumps(vars(self)).encode()

    @classmethod
    def load(cls, data: bytes) -> Plan:
        """What a later version of the program adds is left out: this supervisor knows nothing of it.

        :raises ValueError: no plan.
        """
        found = json.loads(data)
        try:
            return cls(**{each.name: found[each.name] for each in fields(cls)})
        except (KeyError, TypeError) as error:
            raise ValueError(f"the plan lacks {error}") from None

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the processes to start."""
        return (AUTHORS, *range(1, self.workers + 1))

    def __repr__(self) -> str:
        return f"on {self.address} with {self.workers} worker(s)"  # no secrets in a traceback


def without(names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in names}
