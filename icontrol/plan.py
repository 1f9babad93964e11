"""The start plan that ``manage.py serve`` passes to its main process. Imports no Django."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields

AUTHORS = 0  # number of the authors' process among the workers
#: Variables that no process keeps in its environment, which ``/proc`` shows: a pipe hands them over.
SECRETS = ("DATABASE_URL", "ICONTROL_SECRET_KEY", "ICONTROL_ADMIN_PASSWORD", "PGPASSWORD")
HANDED_ON = tuple(name for name in SECRETS if name != "ICONTROL_ADMIN_PASSWORD")  # only used at the first start


@dataclass(frozen=True)
class Plan:
    """The start plan.

    ``arguments``: granian's command line for one worker; ``secrets``: the values of :data:`SECRETS` from the
    environment; ``settings``: the settings file.
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
        """Read a plan. Unknown members, from a later version of the program, are ignored.

        :raises ValueError: it is not a plan.
        """
        found = json.loads(data)
        try:
            return cls(**{each.name: found[each.name] for each in fields(cls)})
        except (KeyError, TypeError) as error:
            raise ValueError(f"the plan lacks {error}") from None

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the processes to start."""
        return (AUTHORS, *range(1, self.workers + 1))

    def __repr__(self) -> str:
        return f"on {self.address} with {self.workers} worker(s)"  # keeps secrets out of tracebacks


def without(names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in names}
