"""Running commands inside a test, as a shell would see them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from django.core.management import CommandError, call_command


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def manage(*arguments: object) -> Done:
    """``manage.py ARGUMENTS…`` without a new process (see ``test_commands_processes`` for real ones)."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(*map(str, arguments), stdout=out, stderr=err)
    except SystemExit as end:
        code = int(end.code or 0)
    except CommandError as wrong:  # of the arguments; argparse ends the real process with 2
        code = 2
        err.write(str(wrong))
    return Done(code, out.getvalue(), err.getvalue())


def done(*arguments: object) -> Done:
    """The same for what must succeed."""
    result = manage(*arguments)
    assert result.code == 0, (arguments, result.err)
    return result
