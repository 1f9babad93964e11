"""The findings of a ledger verification: each kind with severity, sentence and next step.

``docs/reference/verification.md`` is generated from this catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from icontrol.kernel.texts import Text, both, fill

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``place``: ``application/environment``, optionally with a serial. An ``error`` means that the ledger cannot be
    trusted.
    """

    severity: Severity
    code: str
    place: str
    message: Text


@dataclass(frozen=True, slots=True)
class FindingKind:
    """``message`` has ``{name}`` fields, ``next`` has none."""

    code: str
    severity: Severity
    message: Text
    next: Text


FINDINGS: dict[str, FindingKind] = {}
FLAGS_DIFFER = "flag_life.differs"


def find(code: str, place: str, **values: Any) -> Finding:
    kind = FINDINGS[code]
    return Finding(kind.severity, code, place, fill(kind.message, **values))


def _define(code: str, severity: Severity, message: Text, next_step: Text) -> None:
    FINDINGS[code] = FindingKind(code, severity, message, next_step)


_EDITED = both(
    "Somebody wrote to the database directly, not through the program. Find out who can; keep a copy of "
    "the database as it is, compare it with a backup, and restore the backup if clients got something "
    "wrong."
)
_CUT = both(
    "After a restore from an older backup this is expected: those releases are lost. Publish again what "
    "clients should have, then run `verify_ledger --renew-checkpoints`. Without a restore, somebody "
    "removed releases: restore a backup."
)
_CLOCK = both("Nothing was changed. Put the clock of the server right (NTP).")
_ROW = both(
    "Somebody wrote into the database past the program. Look at the history of the row (`/admin/`, *History*), set "
    "what it should be by a command or in the admin, and find out who can write there."
)

_define("ledger.gap", "error", both("Release {n} is missing."), _EDITED)
_define(
    "ledger.chain",
    "error",
    both("It does not follow the release before it."),
    _EDITED,
)
_define(
    "ledger.edited",
    "error",
    both("Its content does not match its hash."),
    _EDITED,
)
_define(
    "ledger.time",
    "error",
    both("It is older than its predecessor."),
    _EDITED,
)
_define(
    "ledger.clock",
    "warning",
    both(
        "The clock of the server that appended the previous release was ahead, or this release's was behind, by {time}."
    ),
    _CLOCK,
)
_define(
    "ledger.future",
    "warning",
    both("Its time lies in the future: the clock of the server that appended it was wrong."),
    _CLOCK,
)
_define("version.missing", "error", both("Its config version is gone."), _EDITED)
_define(
    "version.edited",
    "error",
    both("The content of {v} was edited."),
    both("A rollback to this version is refused. Restore a backup, or publish another version."),
)
_define(
    FLAGS_DIFFER,
    "warning",
    both("The stored history of {n} flag key(s) does not match the ledger: {keys}."),
    both("Run `verify_ledger --rebuild-flags`."),
)
_define(
    "row.edited",
    "error",
    both("{fields} of {row} does not match the history: it was changed outside the program."),
    _ROW,
)
_define(
    "row.unknown",
    "error",
    both("The history does not know {row}: it was added outside the program."),
    _ROW,
)
_define(
    "row.gone",
    "error",
    both("The history knows {row}, the database does not: it was removed outside the program."),
    both("The program never removes such rows. Restore a backup, or make what clients need anew."),
)
_define(
    "checkpoint.missing",
    "error",
    both("There are {n} release(s), and {path} is not there."),
    both(
        "Right where the server's file is on another machine, or was never kept: then `--no-checkpoints`. Else "
        "look for it (`ICONTROL_CHECKPOINTS`), compare a copy kept elsewhere (`--against`), and let `verify_ledger "
        "--renew-checkpoints` or the next start write it anew."
    ),
)
_define(
    "checkpoint.unreadable",
    "error",
    both("{path} cannot be read ({why})."),
    both("Let the server's account read it: nothing is compared until then, and new lines may be lost."),
)
_define(
    "checkpoint.anew",
    "warning",
    both("The lines up to {n} were written later, from the database: the file had none of this environment."),
    both(
        "Right on a machine that is new. Else somebody removed the file, and releases may have been cut or changed "
        "before: compare a copy kept elsewhere (`--against`). Then acknowledge it: `verify_ledger "
        "--renew-checkpoints`."
    ),
)
_define(
    "checkpoint.gap",
    "error",
    both("{n} release(s) have no checkpoint line (from {a})."),
    both(
        "The newest ones: the log (`icontrol.checkpoints`) says why they were not written; the next start, release "
        "or turn of housekeeping adds them. In the middle: somebody removed lines. Compare copies kept elsewhere "
        "(`--against`), then `verify_ledger --renew-checkpoints`."
    ),
)
_define(
    "checkpoint.behind",
    "warning",
    both("This copy ends before the newest {n} release(s)."),
    both("The copy may simply be old. Copy the server's file again."),
)
_define(
    "checkpoint.torn",
    "warning",
    both("Not a checkpoint line."),
    both("The process was killed while it wrote, or the disk was full. The line was written again after it."),
)
_define(
    "checkpoint.unknown",
    "error",
    both("The checkpoint knows this environment, the database does not."),
    both(
        "The file belongs to another database, a backup is older than the environment, or somebody removed it. If "
        "the database is the right one: `verify_ledger --renew-checkpoints`."
    ),
)
_define(
    "checkpoint.beyond",
    "error",
    both("The checkpoint knows this release, the database does not: its tail was cut."),
    _CUT,
)
_define(
    "checkpoint.contradiction",
    "error",
    both("The checkpoint has a different hash."),
    both("The release, or the line, is not the one that was written. {cut}", cut=_CUT),
)
