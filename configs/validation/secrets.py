"""Strings that look like secrets: everybody can read what is published.

The shapes are those that the issuers document. This is a heuristic, so it only warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from configs.snapshot.traversal import Trail, below, steps
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both


@dataclass(frozen=True, slots=True)
class Shape:
    """``hints``: lower-case words of which every match of ``pattern`` contains one. Searching the whole document for
    these first is cheaper than trying the pattern on each string.
    """

    what: Text
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _shape(what: Text, hints: str, pattern: str) -> Shape:
    return Shape(what, tuple(hints.split()), re.compile(pattern, re.ASCII))


SHAPES = (
    _shape(both("a private key"), "-----begin", r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"),
    _shape(both("an AWS access key"), "akia asia", r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _shape(both("a signed token (JWT)"), "eyj", r"(?<![\w-])eyJ[\w-]{8,2048}\.eyJ[\w-]{8,4096}\.[\w-]{16,}"),
    _shape(
        both("a GitHub token"),
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22})",
    ),
    _shape(both("a GitLab token"), "glpat-", r"glpat-[\w-]{20}"),
    _shape(
        both("a Slack token"),
        "xoxa- xoxb- xoxp- xoxr- xoxs- hooks.slack.com/services/",
        r"xox[abprs]-[A-Za-z0-9-]{10}|hooks\.slack\.com/services/T\w+/B\w+/\w{16}",
    ),
    _shape(both("a live Stripe key"), "_live_", r"(?:sk|rk|whsec)_live_[A-Za-z0-9]{16}"),
    _shape(both("a Google API key"), "aiza", r"AIza[\w-]{35}"),
    _shape(both("an npm token"), "npm_", r"npm_[A-Za-z0-9]{36}"),
    _shape(both("an address with a password"), "://", r"[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/:@]{3,100}@"),
    _shape(
        both("a password or key in plain text"),
        "password passwd pwd secret api_key apikey api-key token",
        r"(?i:pass(?:word|wd)|pwd|secret|api[_-]?key|(?:access|auth)[_-]?token)[\"']?\s{0,3}=\s{0,3}[\"']?[^\s\"'&=]{4}",
    ),
)
#: Keys whose value counts as a secret if it looks like one: long, no spaces, letters and digits.
NAMES = re.compile(
    r"(?:.*[_-])?(?:password|passwd|pwd|secret|(?:api|private|access|secret)[_-]?key|(?:access|auth|api)[_-]?token)",
    re.IGNORECASE | re.ASCII,
)
VALUE = re.compile(r"(?=.*[0-9])(?=.*[A-Za-z])[!-~]+", re.ASCII)


def secret_problems(strings: Iterable[tuple[str, Trail, Any]]) -> Iterator[Problem]:
    """``secret.suspected``, a warning, at most one per string. The message never repeats the string."""
    listed = list(strings)
    everything = "\n".join(text for text, *_ in listed).lower()
    suspects = [shape for shape in SHAPES if any(hint in everything for hint in shape.hints)]
    telling: dict[Any, bool] = {}
    for text, above, key in listed:
        what = next((shape.what for shape in suspects if shape.pattern.search(text)), None)
        if what is None and key is not None and 8 <= len(text) <= 512:
            if key not in telling:
                telling[key] = isinstance(key, str) and len(key) <= 64 and bool(NAMES.fullmatch(key))
            if telling[key] and VALUE.fullmatch(text):
                what = _NAMED
        if what is not None:
            message = both(
                "This looks like {what}. Everything published can be read by everybody: take it out and renew it.",
                what=what,
            )
            yield Problem(pointer(steps(below(above, key))), "secret.suspected", message, "warning")


_NAMED = both("a secret, by the name of its key")
