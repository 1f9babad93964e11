"""Writes ``docs/reference/verification.md`` from the catalogue of findings: ``python -m tests.house.findings_page``.

``make docs`` runs it, ``make lint`` compares.
"""

from __future__ import annotations

import sys

from releases.ledger.findings import FINDINGS

HEAD = """\
# What a verification finds

`manage.py verify_ledger`, and `/cp/checkpoints`. An **error** means that what clients get, or got, may not be
what was released: the command exits with 2. A **warning** does not change the exit code. Values replace
{…}.

Besides the ledger, the settings that decide which release a client gets are compared with their history: default
application and environment, keys, default language, client keys. Somebody who can write the database, the history in
it and every copy of the checkpoint file can rewrite all of it: keep copies where that account cannot write.

"""


def page() -> str:
    parts = [HEAD]
    for code, kind in sorted(FINDINGS.items()):
        parts.append(f"## `{code}` · {kind.severity}\n\n")
        parts += [f"- {kind.message[language]} *{kind.next[language]}*\n" for language in ("en", "fr")]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icontrol.settings")
    django.setup()
    sys.stdout.write(page())
