"""The subset of YAML that is JSON in another notation. Aliases, tags and several documents are refused, so a short text
cannot expand and a key has one value.

Unquoted scalars are what YAML 1.2 and 1.1 agree on: null, true, false, JSON numbers, else strings. ``007``, ``1e3``,
``yes`` and timestamps are strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from configs.snapshot.canonical import NotStrictJSON, parse_strict, read_text
from configs.snapshot.caps import MAX_DEPTH
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import Text, both

#: libyaml's, where PyYAML was built with it: twenty times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+([eE][+-][0-9]+)?)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def json_or_yaml(data: bytes, *, max_bytes: int) -> Any:
    """Parse ``data``; :class:`NotStrictJSON` for anything that :func:`parse_strict` could not have returned."""
    if data.lstrip()[:1] in (b"{", b"["):
        return parse_strict(data, max_bytes=max_bytes)
    text = read_text(data, max_bytes)
    try:
        value = _value(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        _refuse(error, "yaml.syntax", both("Neither JSON nor YAML."))
    # Numbers, strings and keys have the same bounds in both notations.
    return parse_strict(json.dumps(value))


def _value(events: Iterator[Any]) -> Any:
    documents: list[Any] = []
    #: Open containers, outermost first, each with the key that awaits its value.
    around: list[tuple[Any, list[str]]] = []

    def put(value: Any) -> None:
        if not around:
            documents.append(value)
        elif isinstance(around[-1][0], list):
            around[-1][0].append(value)
        else:
            around[-1][0][around[-1][1].pop()] = value

    for event in events:
        if isinstance(event, yaml.CollectionEndEvent):
            around.pop()
        _check(event, bool(documents))
        if not isinstance(event, yaml.NodeEvent):
            continue
        if around and isinstance(around[-1][0], dict) and not around[-1][1]:
            around[-1][1].append(_key(event, around[-1][0]))
        elif isinstance(event, yaml.ScalarEvent):
            put(_scalar(event))
        else:
            if len(around) == MAX_DEPTH:
                _refuse(event, "json.too_deep", both("Nested too deeply."))
            holder: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            put(holder)
            around.append((holder, []))
    return documents[0] if documents else None


def _check(event: Any, ended: bool) -> None:
    """Refuse what JSON does not have; ``ended``: a document came before."""
    if isinstance(event, yaml.AliasEvent):
        _refuse(event, "yaml.alias", both("Aliases are refused."))
    if ended and isinstance(event, yaml.DocumentStartEvent):
        _refuse(event, "yaml.documents", both("There is a second document."))
    if getattr(event, "tag", None) is not None:
        _refuse(event, "yaml.tag", both("Tags (“!”) are refused."))


def _key(event: yaml.NodeEvent, holder: dict[str, Any]) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        _refuse(event, "yaml.key", both("A key is not a string."))
    key: str = event.value
    if key in holder:
        _refuse(event, "json.duplicate_key", both("The key “{key}” occurs twice.", key=shown(key)))
    return key


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if _NUMBER.fullmatch(text):
        return parse_strict(text)
    return _WORDS.get(text, text)


def _refuse(found: Any, code: str, message: Text) -> NoReturn:
    """``found``: an event, or a parser error, which usually has a position."""
    mark = getattr(found, "start_mark", None) or getattr(found, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    raise NotStrictJSON(Problem("", code, both("{problem} Line {line}.", problem=message, line=line))) from None
