"""The result of the last ledger verification, kept in a file beside the checkpoints."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from releases.ledger.findings import Finding

logger = logging.getLogger("icontrol.checkpoints")


@dataclass(frozen=True, slots=True)
class Verification:
    """``releases``: their number in all environments."""

    findings: Sequence[Finding]
    releases: int
    by: str
    at: dt.datetime

    @property
    def is_broken(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def place() -> Path:
    path: Path = settings.ICONTROL_CHECKPOINTS
    return path.with_name(f"{path.name}.verified.json")


def keep(findings: Sequence[Finding], *, releases: int, by: str, now: dt.datetime) -> Verification:
    """Save the result for :func:`last`. A write error is only logged."""
    verdict = Verification(findings, releases, by, now)
    path = place()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    body = {**asdict(verdict), "at": now.isoformat()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        logger.error("the result of the verification could not be saved: %s", error)
    return verdict


def last() -> Verification | None:
    """The last result; None if there is none or the file cannot be read."""
    try:
        body = json.loads(place().read_text(encoding="utf-8"))
        findings = [Finding(**finding) for finding in body["findings"]]
        return Verification(findings, int(body["releases"]), str(body["by"]), dt.datetime.fromisoformat(body["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
