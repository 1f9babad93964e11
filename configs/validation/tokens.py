"""Design tokens: is a value what its category says, and is it safe to put into a stylesheet?

Judged by the value definitions of CSS Values and Units 4, Color 4 and 5, Images 4, Backgrounds 3 (shadows) and Fonts 4.
What depends on the property that a token is used for (a negative padding, say) cannot be judged here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from configs.snapshot.reading import objects, shown
from configs.validation.css import (
    ANGLES,
    COLOR_SPACES,
    GRADIENT_WORDS,
    GRADIENTS,
    LENGTHS,
    MATH,
    NAMED_COLORS,
    SUBSTITUTES,
    TRIPLES,
    Node,
    closed,
    parse,
    split,
)
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both

#: Words that end a declaration, open a block or a tag, or make the client load something.
UNSAFE = re.compile(
    r"[;{}<\\\x00-\x1f\x7f\u2028\u2029]|/\*|\*/|@import|(?:url|src|image|image-set|element|expression)\(",
    re.IGNORECASE,
)


def token_problems(snapshot: Any) -> Iterator[Problem]:
    """``token.unsafe`` and ``token.value`` of every design token whose category and value can be told."""
    for index, token in objects(snapshot, "uiTokens"):
        value, category = token.get("value"), token.get("category")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        problem = value_problem(category, value) if isinstance(category, str) else None
        if problem:
            code, message = problem
            yield Problem(pointer(["uiTokens", index, "value"]), code, message)


def value_problem(category: str, value: str | int | float) -> tuple[str, Text] | None:
    """(code, sentence) of what is wrong with a value, or ``None``. An unknown category is not judged here."""
    if isinstance(value, str):
        unsafe = UNSAFE.search(value)
        if unsafe or not closed(value):
            return "token.unsafe", both(
                "“{value}” cannot go into a stylesheet{why}.",
                "« {value} » ne peut pas aller dans une feuille de style{why}.",
                value=shown(value),
                why=_because(unsafe.group()) if unsafe else _OPEN,
            )
    rule = CATEGORIES.get(category)
    if rule is None:
        return None
    fits, expected = rule
    if isinstance(value, str):
        nodes = parse(value)
        if nodes and fits(nodes):
            return None
    elif category in NUMERIC and (category != "radius" or value >= 0):
        return None
    return "token.value", both(
        "“{value}” is not a value of the category {category}: expected {expected}.",
        "« {value} » n'est pas une valeur de la catégorie {category} : attendu {expected}.",
        value=shown(value),
        category=category,
        expected=expected,
    )


def _substitute(node: Node) -> bool:
    if node.kind != "function" or node.text not in SUBSTITUTES or not node.inner:
        return False
    first = node.inner[0]
    return first.kind == "word" and (node.text == "env" or first.text.startswith("--"))


def _math(node: Node) -> bool:
    return (
        node.kind == "function"
        and node.text in MATH
        and bool(node.inner)
        and all(
            inner.kind in ("number", "word", "mark")
            or _substitute(inner)
            or _math(inner)
            or (inner.kind == "function" and inner.text == "" and _math(Node("function", "calc", inner.inner)))
            for inner in node.inner
        )
    )


def _length(node: Node) -> bool:
    if node.kind == "number":
        return node.text in LENGTHS or (node.text == "" and node.number == 0)
    return _substitute(node) or _math(node)


def _component(node: Node) -> bool:
    if node.kind == "number":
        return node.text in ("", "%") or node.text in ANGLES
    return (node.kind == "word" and node.text == "none") or _substitute(node) or _math(node)


def _color(node: Node) -> bool:
    if node.kind == "hash":
        return len(node.text) in (3, 4, 6, 8)
    if node.kind == "word":
        return node.text in NAMED_COLORS
    if node.kind != "function":
        return False
    if node.text in TRIPLES or node.text == "color":
        return _components(node)
    if node.text == "light-dark":
        sides = split(node.inner, ",")
        return len(sides) == 2 and all(len(side) == 1 and _color(side[0]) for side in sides)
    if node.text == "color-mix":
        space, *sides = split(node.inner, ",")
        return (
            len(sides) == 2
            and len(space) >= 2
            and space[0] == Node("word", "in")
            and all(part.kind == "word" for part in space)
            and all(_mixed(side) for side in sides)
        )
    return _substitute(node)


def _mixed(side: list[Node]) -> bool:
    return sum(_color(part) for part in side) == 1 and len(side) <= 2 and all(_color(p) or _component(p) for p in side)


def _components(node: Node) -> bool:
    parts = list(node.inner)
    origin = len(parts) > 1 and parts[0] == Node("word", "from")
    if origin:
        if not _color(parts[1]):
            return False
        parts = parts[2:]
    if node.text == "color":
        if not parts or parts[0].kind != "word" or parts[0].text not in COLOR_SPACES:
            return False
        parts = parts[1:]
    if any(_substitute(part) for part in parts) and all(_component(p) or p.kind == "mark" for p in parts):
        return True  # var() may hold several components: rgb(var(--rgb) / 50%)
    groups = split(parts, ",")
    if len(groups) in (3, 4):
        return not origin and all(len(group) == 1 and _component(group[0]) for group in groups)
    slashed = split(parts, "/")
    if len(groups) != 1 or len(slashed) > 2 or len(slashed[0]) != 3 or (len(slashed) == 2 and len(slashed[1]) != 1):
        return False
    return all(_component(part) or (origin and part.kind == "word") for group in slashed for part in group)


def _is_color(nodes: Sequence[Node]) -> bool:
    return len(nodes) == 1 and _color(nodes[0])


def _is_spacing(nodes: Sequence[Node]) -> bool:
    return len(nodes) <= 4 and all(_length(node) for node in nodes)


def _is_radius(nodes: Sequence[Node]) -> bool:
    sides = split(nodes, "/")
    return len(sides) <= 2 and all(
        side and _is_spacing(side) and not any(node.kind == "number" and node.number < 0 for node in side)
        for side in sides
    )


def _is_typography(nodes: Sequence[Node]) -> bool:
    def fits(node: Node) -> bool:
        if node.kind == "number":
            return node.text == "" or node.text in LENGTHS
        return node.kind in ("word", "string") or node == Node("mark", "/") or _substitute(node) or _math(node)

    return all(part and all(fits(node) for node in part) for part in split(nodes, ","))


def _is_layout(nodes: Sequence[Node]) -> bool:
    def fits(node: Node) -> bool:
        if node.kind == "number":
            return node.text in ("", "fr") or node.text in LENGTHS
        if node.kind == "function" and node.text in ("minmax", "repeat", "fit-content"):
            return bool(node.inner) and all(fits(inner) or inner == Node("mark", ",") for inner in node.inner)
        return node.kind == "word" or node == Node("mark", "/") or _substitute(node) or _math(node)

    return all(fits(node) for node in nodes)


def _is_shadow(nodes: Sequence[Node]) -> bool:
    if list(nodes) == [Node("word", "none")]:
        return True
    return all(_one_shadow(part) for part in split(nodes, ","))


def _one_shadow(part: list[Node]) -> bool:
    if len(part) == 1:
        return _substitute(part[0])
    lengths = [index for index, node in enumerate(part) if _length(node)]
    others = [node for node in part if not _length(node)]
    insets = [node for node in others if node == Node("word", "inset")]
    colors = [node for node in others if _color(node)]
    together = bool(lengths) and lengths[-1] - lengths[0] + 1 == len(lengths)
    # A var() may be the colour as well, hence five.
    most = 4 if colors else 5
    return (
        2 <= len(lengths) <= most
        and together
        and len(insets) <= 1
        and len(colors) <= 1
        and len(insets) + len(colors) == len(others)
    )


def _is_gradient(nodes: Sequence[Node]) -> bool:
    if list(nodes) == [Node("word", "none")]:
        return True
    return all(len(part) == 1 and (_color(part[0]) or _one_gradient(part[0])) for part in split(nodes, ","))


def _one_gradient(node: Node) -> bool:
    if node.kind != "function" or node.text not in GRADIENTS:
        return False
    groups = split(node.inner, ",")
    stops = sum(any(_color(part) for part in group) for group in groups)
    return stops >= 1 and all(group and all(_gradient_part(part) for part in group) for group in groups)


def _gradient_part(part: Node) -> bool:
    if part.kind == "number":
        return part.text in LENGTHS or part.text in ANGLES or (part.text == "" and part.number == 0)
    return (part.kind == "word" and part.text in GRADIENT_WORDS) or _color(part) or _math(part)


#: Categories in which a JSON number (pixels, a weight, a ratio) is a value.
NUMERIC = frozenset({"spacing", "radius", "typography", "layout"})

#: category → (judge of a string's parts, what is expected); ``other`` takes anything that is safe.
CATEGORIES: dict[str, tuple[Callable[[Sequence[Node]], bool], Text]] = {
    "color": (_is_color, both("a CSS colour such as #2b6bff", "une couleur CSS telle que #2b6bff")),
    "spacing": (
        _is_spacing,
        both("a number or up to four lengths such as 8px", "un nombre ou jusqu'à quatre longueurs telles que 8px"),
    ),
    "radius": (
        _is_radius,
        both(
            "a number or lengths such as 8px, not negative",
            "un nombre ou des longueurs telles que 8px, positifs ou nuls",
        ),
    ),
    "typography": (
        _is_typography,
        both(
            "a number, a length, a weight or a list of fonts",
            "un nombre, une longueur, une graisse ou une liste de polices",
        ),
    ),
    "layout": (
        _is_layout,
        both("a number, lengths or keywords", "un nombre, des longueurs ou des mots-clés"),
    ),
    "shadow": (
        _is_shadow,
        both("none or shadows such as 0 4px 14px #0003", "none ou des ombres telles que 0 4px 14px #0003"),
    ),
    "gradient": (
        _is_gradient,
        both(
            "gradients such as linear-gradient(#fff, #eee), or a colour",
            "des dégradés tels que linear-gradient(#fff, #eee), ou une couleur",
        ),
    ),
}

_OPEN = both(": a quote or a bracket is not closed", " : un guillemet ou une parenthèse n'est pas fermé")


def _because(found: str) -> Text:
    return both(": it holds “{found}”", " : elle contient « {found} »", found=shown(found))
