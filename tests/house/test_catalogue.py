"""Every sentence of the source has its French, and what is compiled is what was written."""

from __future__ import annotations

import ast
import gettext
import io
import re
import string

import pytest

from tests.house.catalogue import (
    APPS,
    BROWSER,
    IN_SCRIPTS,
    MO,
    ROOT,
    browser,
    current,
    empty,
    messages,
    mo,
    po,
    read,
    scripts,
    untranslated,
)

#: Where a sentence comes from a table whose sentences are marked, or from the caller.
PASSED_ON = {"icontrol/kernel/texts.py", "icontrol/kernel/localized.py", "icontrol/kernel/refusals.py"} | {
    "releases/templatetags/house.py"
}
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
#: Words of the glossary that mean one thing in every sentence.
STEADY = (
    "draft",
    "environment",
    "kill switch",
    "ledger",
    "prerequisite",
    "seed",
    "snapshot",
    "tenant",
    "version policy",
)
#: What is no word of a sentence: fields, code, addresses.
NO_WORDS = re.compile(r"{\w*}|`[^`]*`|/\S+")


def test_the_catalogue_holds_the_sentences_of_the_source() -> None:
    known = read()
    assert {message.id for message in known if message.id} == {message for message, _ in messages()}
    assert po(known) == po(current(known)), "make messages"


def test_no_french_is_missing() -> None:
    assert untranslated(read()) == []
    planted = empty()
    planted.add("Nobody has translated this.")
    planted.add(("one of it", "several of it"), ("un", ""))
    assert len(untranslated(planted)) == 2


def test_what_is_compiled_is_what_was_written() -> None:
    def texts(compiled: bytes) -> dict[object, str]:
        catalogue = gettext.GNUTranslations(io.BytesIO(compiled))._catalog  # type: ignore[attr-defined]
        return {key: text for key, text in catalogue.items() if key}

    assert texts(MO.read_bytes()) == texts(mo(read())), "make messages"


def test_the_browser_says_what_was_written() -> None:
    assert BROWSER.read_text(encoding="utf-8") == browser(read()), "make messages"


def test_every_sentence_of_the_browser_can_be_found_in_its_modules() -> None:
    """A call with something computed, or in other quotes, would be English for everybody."""
    for path in scripts():
        text = path.read_text(encoding="utf-8")
        calls = len(re.findall(r"(?<!function )\b(?:say|plural)\(", text))
        assert calls == len(IN_SCRIPTS.findall(text)), path.name


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_french_fills_in_what_english_knows() -> None:
    """``e`` is the ending of a French participle."""
    for message in read():
        english = " ".join([message.id] if isinstance(message.id, str) else message.id)
        for french in [message.string] if isinstance(message.string, str) else message.string or ():
            assert fields(french) - {"e"} <= fields(english), (english, french)
            assert fields(english) <= fields(french), (english, french)


def glossary() -> dict[str, str]:
    """English word → its French one."""
    rows = [line.split("|")[1:3] for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    pairs = [([*map(str.strip, english.split(","))], [*map(str.strip, french.split(","))]) for english, french in rows]
    return {word: said for english, french in pairs for word, said in zip(english, french, strict=False)}


@pytest.mark.parametrize("word", STEADY)
def test_french_says_what_the_glossary_says(word: str) -> None:
    """One word for one thing: « locataire » is never « client » as well."""
    stem = re.compile(glossary()[word].replace(" ", r"s?\s"), re.IGNORECASE)
    told = 0
    for message in read():
        english = " ".join([message.id] if isinstance(message.id, str) else message.id)
        french = [message.string] if isinstance(message.string, str) else message.string or ()
        if re.search(rf"\b{word}s?\b", NO_WORDS.sub("", english), re.IGNORECASE):
            told += 1
            assert stem.search(" ".join(french)), (english, french)
    assert told


def test_every_sentence_can_be_found_in_the_source() -> None:
    """A call with something computed would be English for everybody."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if path.relative_to(ROOT).as_posix() in PASSED_ON:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    if node.func.id in ("both", "text_lazy", "plural"):
                        assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
                    if node.func.id == "define":
                        assert all(
                            isinstance(given.value, ast.Constant)
                            for given in node.keywords
                            if given.arg in ("title", "detail", "next")
                        ), f"{path}:{node.lineno}"


def test_no_sentence_stands_in_two_languages() -> None:
    """French letters in the source: names of languages, signs, and examples only."""
    french = re.compile(r"« | »|\b(?:n'est|n'a|d'une?|qu'il|aucune?|les|une|des|pour|dans)\b")
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not french.search(node.value), f"{path}:{node.lineno}"
