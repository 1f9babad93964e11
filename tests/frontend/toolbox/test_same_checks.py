"""The browser's checks of an item and of a token find what the server's find, at the same place."""

from __future__ import annotations

import copy
import json
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from configs.validation.check import check_snapshot
from configs.validation.tokens import CATEGORIES, value_problem
from tests.frontend.javascript import node_is_there

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[2] / "configs" / "demo" / "demo.json"
SECTIONS = ["pages", "tabs", "tables", "featureFlags", "segments", "uiTokens", "roles", "permissions", "plans"]
ODD: list[Any] = [
    None,
    True,
    7,
    -1,
    2.5,
    20_000,
    "",
    " ",
    "ok",
    "two words",
    "//x",
    "/x",
    "12q",
    "x" * 300,
    [],
    ["a", "a"],
    {},
]
ODD += [{"en": 1}, {"EN": "x"}, {"fr": "x"}, {"all": []}, "2026-02-30", "2026-11-30T08:00:00Z", "--name", "ROLLOUT"]
VALUES: list[Any] = [
    *(
        "#fff",
        "#ffff",
        "#12345",
        "#GGG",
        "teal",
        "Teal",
        "transparent",
        "currentColor",
        "rgb(1 2 3)",
        "rgb(1,2)",
        "rgba(1,2,3,.5)",
    ),
    *(
        "rgb(from teal r g b / 50%)",
        "color(srgb 1 0 0)",
        "color-mix(in oklab, red 20%, #fff)",
        "light-dark(#fff, #000)",
        "var(--x)",
    ),
    *(
        "var(x)",
        "var(--x, 4px)",
        "env(safe-area-inset-top, 2px)",
        "8px",
        "-8px",
        "8px 4px 2px 1px",
        "8px 4px 2px 1px 0",
        "0",
        "8",
        "8 px",
    ),
    *(
        "1e3px",
        "1.px",
        ".5rem",
        "+2em",
        "calc(100% - 2px)",
        "calc((1px + 2px) * 3)",
        "min(1px, 2vw)",
        "8px / 4px",
        "50%",
        "1fr",
        "2turn",
    ),
    *(
        "minmax(0, 1fr) 240px",
        "repeat(3, 1fr)",
        "fit-content(20%)",
        "none",
        "0 4px 14px #0003",
        "inset 0 1px 2px red",
        "0 1px 2px 3px red blue",
    ),
    *(
        "0 1px 2px red, none",
        "linear-gradient(180deg, #fff 0%, var(--a) 100%)",
        "radial-gradient(circle at 10% 20%, red, blue 50%)",
        "linear-gradient()",
    ),
    *(
        "conic-gradient(from 45deg, red, blue)",
        "linear-gradient(#fff, #000), #123",
        "system-ui, 'Segoe UI', sans-serif",
        '"A" 12px/1.5',
        "700",
        "bold",
    ),
    *(
        "url(x)",
        "image-set('x')",
        "expression(1)",
        "a;b",
        "a{b",
        "a/*b",
        "@import x",
        "'open",
        "(open",
        "close)",
        "[a)",
        "\\61",
        "<b>",
        "a\u2028b",
        "é",
        "💡",
    ),
    *(
        "brightness(0.86)",
        "160ms ease-out",
        "cubic-bezier(.4, 0, .2, 1)",
        "",
        " ",
        8,
        0,
        -4,
        1.5,
        "rgb(1 2 3 / var(--a))",
        "hsl(var(--h) 50% 50%)",
        "İ",
        "K",
    ),
]


def asked(items: list[tuple[str, Any]], tokens: list[tuple[str, Any]]) -> Any:
    node_is_there()
    given = json.dumps({"items": items, "tokens": tokens})
    done = subprocess.run(["node", HERE / "checks.mjs"], input=given, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(item: Any, path: tuple[Any, ...], by: random.Random) -> Any:
    result = copy.deepcopy(item)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    match by.randrange(4):
        case 0:
            del holder[path[-1]]
        case 1 if isinstance(holder, dict):
            holder["unknown"] = 1
        case _:
            holder[path[-1]] = by.choice(ODD)
    return result


#: What is said of a member whatever its value.
NAMED = ("schema.type", "schema.propertyNames", "schema.additionalProperties")


def server_finds(section: str, item: Any) -> set[tuple[str, str]]:
    """Of a value of another type the browser says only that."""
    start = f"/{section}/0"
    found = {
        (problem.pointer.removeprefix(start).removeprefix("/"), problem.code.replace("dependentRequired", "required"))
        for problem in check_snapshot({section: [item]})
        if problem.code.startswith("schema.")
    }
    types = {path for path, code in found if code == "schema.type"}
    return {(path, code) for path, code in found if code in NAMED or path not in types}


def browser_finds(found: list[list[str]]) -> set[tuple[str, str]]:
    """What is missing is told where it should be; the server tells it of what lacks it."""
    return {(path.rpartition("/")[0] if code == "schema.required" else path, code) for path, code, _ in found}


def test_items_are_judged_alike() -> None:
    by, snapshot = random.Random(10), json.loads(DEMO.read_text(encoding="utf-8"))["snapshot"]
    items = [(section, item) for section in SECTIONS for item in snapshot[section]]
    assert all(not found for found in asked(items, [])["items"])
    items = [(section, changed(item, by.choice(list(places(item))), by)) for section, item in by.choices(items, k=1500)]
    refused = 0
    for (section, item), found in zip(items, asked(items, [])["items"], strict=True):
        server = server_finds(section, item)
        assert browser_finds(found) == server, (section, item)
        assert all(message for *_, message in found)
        refused += bool(server)
    assert refused > 500


def test_tokens_are_judged_alike() -> None:
    tokens = [(category, value) for category in [*CATEGORIES, "other", "unheard-of"] for value in VALUES]
    by = random.Random(10)
    parts = [
        "var(--a)",
        "1px",
        "-2%",
        "red",
        "#fff",
        ",",
        "/",
        "(",
        ")",
        "inset",
        "from",
        "calc(1 + 2)",
        "'x'",
        "rgb(1 2 3)",
        " ",
        "none",
    ]
    tokens += [(by.choice(list(CATEGORIES)), " ".join(by.choices(parts, k=by.randint(1, 6)))) for _ in range(1500)]
    for (category, value), code in zip(tokens, asked([], tokens)["tokens"], strict=True):
        problem = value_problem(category, value)
        assert code == (problem[0] if problem else ""), (category, value)
