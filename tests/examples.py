"""The golden documents as examples in the OpenAPI document: answers that a server gave, each with its request.

``tests/lint.py`` gives :data:`SETTINGS` to ``manage.py spectacular``; the file that this makes is what servers show.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings

GOLDEN = Path(__file__).parent / "golden"
WHOLE = {"POSTPROCESSING_HOOKS": [*settings.SPECTACULAR_SETTINGS["POSTPROCESSING_HOOKS"], "tests.examples.examples"]}
SETTINGS = {"POSTPROCESSING_HOOKS": [*WHOLE["POSTPROCESSING_HOOKS"], "tests.examples.share"]}
#: What stands in the golden documents for what differs from run to run, and what stands for it here.
STAND_INS = {
    "<time>": "2026-11-22T12:00:00Z",
    "<day>": "2026-11-22",
    "<sha-256>": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "<etag>": "d41d8cd98f00b204e9800998ecf8427e",
    "<token>": "x" * 43,
}
#: So many items of a list are shown there, and so many sections of a config inside another answer.
SHOWN = 1
#: Statuses that say that the body could not be read: it is no example.
UNREADABLE = (400, 413, 415)


def golden() -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, document), in the order of names."""
    for file in sorted(GOLDEN.rglob("*.json")):
        yield "_".join(file.relative_to(GOLDEN).with_suffix("").parts), json.loads(file.read_text(encoding="utf-8"))


def operation_of(document: dict[str, Any], request: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The operation that answers a request, with the parameters of its path; the plainest path that fits."""
    fitting = []
    for path, item in document["paths"].items():
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path)
        found = re.fullmatch(pattern, urlsplit(request["path"]).path)
        if found and request["method"].lower() in item:
            fitting.append((path.count("{"), item[request["method"].lower()], found.groupdict()))
    _, operation, parameters = min(fitting, key=lambda one: one[0])
    return operation, {name: unquote(value) for name, value in parameters.items()}


def shown(value: Any) -> Any:
    """With stand-ins, and with short lists."""
    if isinstance(value, dict):
        return {name: shown(begin(item) if name == "snapshot" else item) for name, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value[:SHOWN]]
    if isinstance(value, str):
        return re.sub("<[a-z0-9-]+>", lambda found: STAND_INS.get(found[0], found[0]), value)
    return value


def begin(config: dict[str, Any]) -> dict[str, Any]:
    """The first sections of a config."""
    return dict(list(config.items())[:SHOWN])


def cut(value: Any) -> bool:
    if isinstance(value, dict):
        return "snapshot" in value or any(map(cut, value.values()))
    return isinstance(value, list) and (len(value) > SHOWN or any(map(cut, value)))


def example(value: Any, summary: str = "") -> dict[str, Any]:
    summary += " (shortened)" if cut(value) else ""
    return {**({"summary": summary.strip()} if summary else {}), "value": shown(value)}


def examples(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: each golden document becomes an example of the parameters, the body and the answer."""
    for name, document in golden():
        request, status, body = document["request"], document["status"], document["body"]
        operation, inside = operation_of(result, request)
        told: dict[tuple[str, str], Any] = {
            **{("path", key): value for key, value in inside.items()},
            **{("query", key): value for key, value in parse_qsl(urlsplit(request["path"]).query)},
            **{("header", key.lower()): value for key, value in request.get("headers", {}).items()},
        }
        for parameter in operation.get("parameters", ()):
            where, key = parameter["in"], parameter["name"]
            value = told.get((where, key.lower() if where == "header" else key))
            if value is not None:
                value = int(value) if parameter["schema"].get("type") == "integer" else value
                parameter.setdefault("examples", {})[name] = example(value)
        if "body" in request and status not in UNREADABLE:
            content = operation["requestBody"]["content"][request["type"]]
            content.setdefault("examples", {})[name] = example(request["body"])
        if body is not None:
            content = operation["responses"][str(status)]["content"][document["headers"]["Content-Type"].split(";")[0]]
            summary = shown(f"{request['method']} {request['path']}")
            content.setdefault("examples", {})[name] = example(body, summary)
    return result


def share(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook, the last one: examples stand in the components, and so does what operations have in
    common, so that a reader sees the operations."""
    operations = [operation for path in result["paths"].values() for operation in path.values()]
    responses = [operation["responses"] for operation in operations]
    answers = [response for some in responses for response in some.values()]
    bodies = answers + [operation["requestBody"] for operation in operations if "requestBody" in operation]
    media = [media for body in bodies for media in body.get("content", {}).values()]
    for part, least, places in (
        ("examples", 1, [one["examples"] for one in media if "examples" in one]),
        ("headers", 2, [answer["headers"] for answer in answers if "headers" in answer]),
        ("responses", 2, responses),
        ("parameters", 2, [operation["parameters"] for operation in operations if "parameters" in operation]),
    ):
        result["components"][part] = _share(part, least, places)
    return result


def _share(part: str, least: int, places: list[Any]) -> dict[str, Any]:
    """What stands ``least`` times in lists or objects: out of them, with a reference left there."""
    entries = [
        (place, key, value)
        for place in places
        for key, value in (place.items() if isinstance(place, dict) else enumerate(place))
    ]
    times = Counter(json.dumps(value) for _, _, value in entries)
    shared: dict[str, Any] = {}
    for place, key, value in entries:
        if times[json.dumps(value)] >= least:
            name = _name(part, key, value)
            names = chain([name], (f"{name}-{number}" for number in count(2)))
            found = next(one for one in names if shared.setdefault(one, value) == value)
            place[key] = {"$ref": f"#/components/{part}/{found}"}
    return dict(sorted(shared.items()))


def _name(part: str, key: Any, value: dict[str, Any]) -> str:
    if part == "examples" and "summary" not in value:
        return f"{key}.request"
    if part == "responses":
        schemas = [media["schema"].get("$ref", "") for media in value.get("content", {}).values()]
        return f"{''.join(schemas).rpartition('/')[2] or 'Status'}{key}"
    return re.sub(r"[^\w.-]", "_", str(value["name"] if part == "parameters" else key))
