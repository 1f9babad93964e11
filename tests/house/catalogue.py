"""The catalogue of texts: what the source says in English, and its French.

``make messages`` brings ``icontrol.po`` up to the source and compiles it, for Python and, with what the modules of the
browser say (``say('…')``, ``plural('…', '…', …)``), for them. New sentences come in without French, which fails the
tests until somebody has written it.
"""

from __future__ import annotations

import ast
import datetime as dt
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "icontrol" / "locale" / "fr" / "LC_MESSAGES"
PO, MO = PLACE / "icontrol.po", PLACE / "icontrol.mo"
APPS = ("configs", "flags", "frontend", "icontrol", "releases")
#: Functions whose first argument is a sentence, and those of :func:`icontrol.kernel.refusals.define`.
SAYS, DEFINES = {"both", "text_lazy", "plural"}, ("title", "detail", "next")
TAG = re.compile(r'{%\s*say\s+"([^"]*)"')
SCRIPTS = ROOT / "frontend" / "static" / "frontend"
#: A module that is imported where the page is French.
BROWSER = SCRIPTS / "texts" / "fr.js"
LITERAL = r"'((?:[^'\\\n]|\\.)*)'"
IN_SCRIPTS = re.compile(rf"\b(?:say\(\s*{LITERAL}|plural\(\s*{LITERAL},\s*{LITERAL})")
HEADER = """\
# The French of every sentence that people read. In English they stand in the source.
# Written by `make messages`; the translations are ours to edit here.
"""
Message = tuple[str | tuple[str, str], str | None]  # with its context


def messages() -> Iterator[Message]:
    """All sentences of the source and the templates: with their plural, if they have one, and their context."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (name := _name(node.func)):
                    yield from _said(node, name)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        yield from ((found, None) for found in TAG.findall(path.read_text(encoding="utf-8")))
    yield from ((found, None) for found in of_scripts())


def scripts() -> list[Path]:
    """The modules of the browser that are ours."""
    return [path for path in sorted(SCRIPTS.rglob("*.js")) if path.parent.name not in ("vendor", "texts")]


def of_scripts() -> set[str | tuple[str, str]]:
    found: set[str | tuple[str, str]] = set()
    for path in scripts():
        for alone, one, several in IN_SCRIPTS.findall(path.read_text(encoding="utf-8")):
            plain = [re.sub(r"\\(.)", r"\1", text) for text in (alone, one, several)]
            found.add(plain[0] or (plain[1], plain[2]))
    return found


def browser(catalogue: Catalog) -> str:
    """English (the singular, where there are two) → French, or its singular and plural."""
    wanted = {}
    for message in of_scripts():
        translated = catalogue.get(message)
        wanted[message if isinstance(message, str) else message[0]] = translated.string if translated else ""
    return f"export default {json.dumps(wanted, ensure_ascii=False, indent=1, sort_keys=True)};\n"


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


def _said(call: ast.Call, name: str) -> Iterator[Message]:
    if name in SAYS and call.args:
        words = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if name == "plural" and len(words) == 2:
            yield (words[0], words[1]), None
        elif words and words[0]:
            contexts = [given.value for given in call.keywords if given.arg == "context"]
            yield words[0], ast.literal_eval(contexts[0]) if contexts else None
    if name == "define":
        for given in call.keywords:
            if given.arg in DEFINES and isinstance(given.value, ast.Constant):
                yield str(given.value.value), None


def read() -> Catalog:
    return read_po(io.BytesIO(PO.read_bytes()), locale="fr", domain="icontrol")


def empty() -> Catalog:
    """Babel's own French has a third plural, for millions; and no date, so that the same texts make the same file."""
    catalogue = Catalog(locale="fr", domain="icontrol", project="iCONTROL", fuzzy=False, header_comment=HEADER.strip())
    catalogue.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n > 1);")]
    catalogue.creation_date = catalogue.revision_date = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    return catalogue


def current(known: Catalog) -> Catalog:
    """``known`` with exactly the sentences of the source."""
    catalogue = empty()
    for message, context in sorted(set(messages()), key=str):
        found = known.get(message, context)
        catalogue.add(message, found.string if found else None, context=context)
    return catalogue


def po(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalogue, width=110, sort_output=True)
    return out.getvalue()


def mo(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    return [str(message.id) for message in catalogue if message.id and not all(message.string or [""])]


def main() -> int:
    catalogue = current(read())
    PO.write_bytes(po(catalogue))
    MO.write_bytes(mo(catalogue))
    BROWSER.parent.mkdir(exist_ok=True)
    BROWSER.write_text(browser(catalogue), encoding="utf-8")
    missing = untranslated(catalogue)
    for sentence in missing:
        print(f"no French yet: {sentence}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
