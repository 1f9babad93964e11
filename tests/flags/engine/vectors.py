"""The language-neutral cases of ``tests/vectors/flags.json``."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flags.engine import FlagSet, compile_flags

FILE = Path(__file__).resolve().parents[2] / "vectors" / "flags.json"


@cache
def vectors() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return content


def snapshot() -> dict[str, Any]:
    return {"featureFlags": vectors()["flags"], "segments": vectors()["segments"]}


@cache
def compiled() -> FlagSet:
    return compile_flags(snapshot())


def moment(case: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(case.get("now", vectors()["now"]))
