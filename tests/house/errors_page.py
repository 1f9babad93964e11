"""Writes ``docs/reference/errors.md`` from the catalogue of refusals: ``python -m tests.house.errors_page``.

``make docs`` runs it, ``make lint`` compares.
"""

from __future__ import annotations

import sys

from icontrol.kernel.problem_json import NEXT
from icontrol.kernel.refusals import CATALOGUE, Definition

HEAD = """\
# Refusals

Every refusal over HTTP is `application/problem+json` (RFC 9457):

```json
{
  "type": "urn:icontrol:problem:draft.stale",
  "title": "The draft has changed",
  "status": 412,
  "code": "draft.stale",
  "detail": "user:ada saved the draft at 2026-11-22 12:00:03 UTC, after you read it. Nothing of yours …",
  "next": "Read the draft again, compare it with yours, and save with the new ETag.",
  "messages": { "en": "user:ada saved …", "fr": "user:ada a enregistré …" },
  "etag": "\\"1.0.1/4\\"", "savedBy": "user:ada", "savedAt": "2026-11-22T12:00:03Z"
}
```

- Programs look at `code` (or `type`, which never changes either); `title`, `detail` and `next` are for people, in the
  reader's language (`Accept-Language`: French or English). `messages` has the detail in both.
- `problems` lists everything that is wrong at once: `pointer` (JSON Pointer into what was sent or stored), `code`,
  `severity`, `message` in both languages. The codes of problems in a snapshot are in [snapshot.md](snapshot.md).
- Further members are for programs: `etag`, `serial`, `digest`, `confirmations`, `missingChanges`, `retryAfter` …
- The order of answers is fixed: 401, 403, then 400 for an unreadable body, then 404, then 409, 412 and 428,
  then 422.
- The next steps below are for HTTP. Pages and commands show their own; commands print to stderr and exit with 2
  (refused) or 3 (409, 412).

Values replace {…}.

"""


def page() -> str:
    """The whole page; ``{…}`` fields stay as they are."""
    parts = [HEAD]
    for group in sorted({code.partition(".")[0] for code in CATALOGUE}):
        parts.append(f"## {group}\n\n")
        parts += [entry(kind) for code, kind in sorted(CATALOGUE.items()) if code.partition(".")[0] == group]
    return "".join(parts).rstrip() + "\n"


def entry(kind: Definition) -> str:
    step = NEXT.get(kind.code, kind.next)
    return (
        f"### `{kind.code}` · {kind.status}\n\n"
        f"- **{kind.title['en']}** — {kind.detail['en']} *{step['en']}*\n"
        f"- **{kind.title['fr']}** — {kind.detail['fr']} *{step['fr']}*\n\n"
    )


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
    django.setup()
    sys.stdout.write(page())
