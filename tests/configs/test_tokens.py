from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.validation.tokens import CATEGORIES, COLOR_NAMES, value_problem

PRODUCT = Path(__file__).resolve().parents[3] / "shared" / "data" / "icontrol" / "design.tokens.json"

GOOD: dict[str, list[Any]] = {
    "color": [
        *("#fff", "#FFFF", "#a1b2c3", "#a1b2c3d4", "red", "RebeccaPurple", "transparent", "currentColor"),
        *("rgb(1,2,3)", "rgba(0,0,0,.35)", "rgb(0 0 0 / 50%)", "rgb(10% 20% 30%)", "rgb(none 0 0)"),
        *("hsl(120deg 10% 20%)", "hsla(120,10%,20%,.5)", "hwb(1 2% 3%)", "lab(50% 20 -30)", "lch(50% 20 .5turn)"),
        *("oklab(60% 0.1 -0.1)", "oklch(0.7 0.1 200 / .5)", "color(display-p3 1 0.5 0 / 1)"),
        *("color-mix(in oklab, red 20%, white)", "color-mix(in oklch longer hue, red, var(--a) 10%)"),
        *("light-dark(#fff, #000)", "rgb(from red r g b / 50%)", "rgb(calc(1 + 2), 0, 0)"),
        *("var(--x)", "var(--x, #fff)", "rgb(var(--rgb) / 50%)", " red "),
    ],
    "spacing": [
        *("0", "4px", "1.5rem", "-4px", "+.5em", "1e2px", "10%", "8px 16px", "1px 2px 3px 4px", 0, 8, -2.5),
        *(
            "calc(1px + 2rem)",
            "clamp(1rem, 2vw, 3rem)",
            "min(1px, (2px + 3px) * 2)",
            "calc(100% - var(--x))",
            "var(--s)",
        ),
    ],
    "radius": ["0", "8px", "50%", "8px / 4px", "1px 2px 3px 4px / 5px", "var(--r)", 0, 16],
    "typography": [
        *(
            "system-ui, -apple-system, 'Segoe UI', sans-serif",
            "Héros, serif",
            '"Liberation Mono"',
            "bold",
            "600",
            "1.5",
        ),
        *("16px", "120%", "italic bold 16px/1.5 Arial, sans-serif", "clamp(1rem, 2vw, 2rem)", "var(--font)", 42, 1.5),
    ],
    "layout": [
        *(
            "1fr 2fr",
            "auto",
            "repeat(3, minmax(0, 1fr))",
            "240px",
            "min-content",
            "16/9",
            "fit-content(20em)",
            "100dvh",
            3,
        ),
    ],
    "shadow": [
        *("none", "0 14px 30px rgba(0,0,0,.35)", "inset 0 1px #fff", "0 0 0 3px var(--ring)", "#000 1px 1px"),
        *("0 1px 2px #0003, 0 4px 8px #0002", "var(--shadow)", "0 1px 2px 3px", "0 1px 2px 3px red inset"),
    ],
    "gradient": [
        *("#fff", "none", "var(--g)", "linear-gradient(to right, red, blue)", "linear-gradient(in oklch, red, blue)"),
        *(
            "linear-gradient(180deg, #f7f8fb 0%, #eef1f6 55%, #e6ebf3 100%)",
            "conic-gradient(from 45deg at 50% 50%, red, #00f)",
        ),
        *("radial-gradient(1200px 700px at 18% 12%, rgba(0,0,0,.05), transparent 60%), linear-gradient(#000, #fff)",),
        *("repeating-linear-gradient(45deg, red 0 10px, blue 10px 20px)",),
    ],
    "other": ["anything goes here", "cubic-bezier(0.4, 0, 0.2, 1)", "200ms", 5, "[full-start] 1fr"],
}
BAD: dict[str, list[Any]] = {
    "color": [
        *("", " ", "#ff", "#fffff", "#ggg", "reddish", "red blue", "#fff #000", "12px", 5, "red,blue", "foo(1)", "()"),
        *("rgb(1,2)", "rgb(1,2,3,4,5)", "rgb(a,b,c)", "rgb(1 2 3 4)", "rgb(1 2 3 / 4 / 5)", "rgb(from red)", "rgb()"),
        *("rgb(var(--rgb)- / 50%)", "rgb(1 / 2 var(--x) foo(3))", "color(srgb 1, 2, 3)"),
        *(
            "color(zzz 1 2 3)",
            "light-dark(red)",
            "color-mix(red, blue)",
            "var()",
            "var(x)",
            "linear-gradient(red,blue)",
        ),
    ],
    "spacing": [
        "16",
        "px",
        "4 px",
        "4deg",
        "1.2.3px",
        "calc()",
        "red",
        "#fff",
        "1px,2px",
        "1px 2px 3px 4px 5px",
        "--x",
    ],
    "radius": ["-1px", -1, "8px /", "1px/2px/3px", "/"],
    "typography": ["#fff", "rgb(1,2,3)", ", serif", "a,,b", "10deg"],
    "layout": ["#fff", "rgb(1,2,3)", "200ms", "repeat()"],
    "shadow": [
        "1px",
        "1px 2px 3px 4px 5px #fff",
        "0 1px red blue",
        "0 #fff 1px",
        "solid 1px 1px",
        "none, none",
        0,
        "red",
    ],
    "gradient": [
        *("12px", "linear-gradient()", "linear-gradient(1px, 2px)", "foo-gradient(red,blue)", "red blue", 1),
        *("linear-gradient(red,,blue)", "linear-gradient(red, banana)"),
    ],
}
UNSAFE = [
    *(
        "red; color: blue",
        "a}b",
        "{",
        "<style>",
        "url(x)",
        "URL( x )",
        "@import 'x'",
        "@IMPORT",
        "EXPRESSION(1)",
        "src('x')",
    ),
    *("image-set('x' 1x)", "-webkit-image-set('x' 1x)", "image(x)", "element(#x)", "\\75rl(x)", "a/*b", "b*/", "a\nb"),
    *("'abc", '"abc', "(", "a)", "[", "(]", "a\0", "\u2028"),
]


def pairs(table: dict[str, list[Any]]) -> list[tuple[str, Any]]:
    return [(category, value) for category, values in table.items() for value in values]


@pytest.mark.parametrize(("category", "value"), pairs(GOOD))
def test_values_of_their_category(category: str, value: Any) -> None:
    assert value_problem(category, value) is None


@pytest.mark.parametrize(("category", "value"), pairs(BAD))
def test_values_of_another_category(category: str, value: Any) -> None:
    problem = value_problem(category, value)
    assert problem is not None and problem[0] == "token.value"
    assert category in problem[1]["en"] and category in problem[1]["fr"]


@pytest.mark.parametrize("value", UNSAFE)
def test_values_that_would_leave_their_declaration_are_refused_in_every_category(value: str) -> None:
    for category in (*CATEGORIES, "other", "unheard of"):
        problem = value_problem(category, value)
        assert problem is not None and problem[0] == "token.unsafe", category


def test_every_category_of_the_schema_is_judged() -> None:
    assert {*CATEGORIES, "other"} == set(GOOD)


def test_all_colour_names_are_colours() -> None:
    assert len(COLOR_NAMES.split()) == 150
    assert all(value_problem("color", name) is None for name in COLOR_NAMES.split())


def test_functions_nest_as_deep_as_anybody_writes_them() -> None:
    assert value_problem("spacing", "calc(" * 800 + "1px" + ")" * 800) is None
    assert value_problem("spacing", "calc(" * 800 + "foo(2)" + ")" * 800) is not None
    assert value_problem("other", "(" * 4_000 + ")" * 4_000) is None


@given(st.sampled_from(sorted(GOOD)), st.text("rgbcalvx-0123.%#,/()'\" +*", max_size=30) | st.floats() | st.integers())
def test_any_value_gets_an_answer(category: str, value: Any) -> None:
    value_problem(category, value)


def leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def product_values() -> list[tuple[tuple[str, ...], Any]]:
    if not PRODUCT.exists():
        pytest.skip(f"the product's own files are not at {PRODUCT.parent}: its 88 token values are not checked")
    content = json.loads(PRODUCT.read_text(encoding="utf-8"))
    values = [*leaves(content["base"]), *leaves(content["cp"])]
    for preset in content["presets"].values():
        values += leaves(preset["tokensByMode"])
    return values


def test_the_products_own_values_fit_the_category_that_their_names_and_looks_say() -> None:
    values = product_values()
    assert len(values) == 88
    by_name = {"shadow": "shadow", "radius": "radius", "spacing": "spacing", "font": "typography", "mono": "typography"}
    wrong = []
    for path, value in values:
        name = ".".join(path).lower()
        category = next((found for word, found in by_name.items() if word in name), None)
        if category is None and isinstance(value, int):
            category = "typography"
        if category is None:
            category = "gradient" if "gradient(" in value else "color"
        if value_problem(category, value) is not None:
            wrong.append((name, category, value))
    assert wrong == []


def test_the_products_own_values_do_not_fit_just_any_category() -> None:
    colours = [value for _, value in product_values() if isinstance(value, str) and value.startswith(("#", "rgb"))]
    assert len(colours) > 40
    for category in ("spacing", "radius", "typography", "layout", "shadow"):
        assert all(value_problem(category, value) is not None for value in colours)
