"""CSS values: their words, and a reader of their grammar.

The grammar is the token grammar of CSS Syntax Level 3, cut down to what values need. Words are those of CSS Values and
Units 4 (units, functions), Color 4 (names, spaces) and Images 4 (gradients), in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NAMED_COLORS = words(
    """
    aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown burlywood
    cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue darkcyan darkgoldenrod darkgray
    darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange darkorchid darkred darksalmon darkseagreen
    darkslateblue darkslategray darkslategrey darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue
    firebrick floralwhite forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew
    hotpink indianred indigo ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
    lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue lightslategray
    lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon mediumaquamarine mediumblue
    mediumorchid mediumpurple mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred
    midnightblue mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
    palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple
    rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue
    slateblue slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
    whitesmoke yellow yellowgreen transparent currentcolor
    """
)
LENGTHS = words(
    "px cm mm q in pc pt em rem ex rex ch rch cap rcap ic ric lh rlh vw svw lvw dvw vh svh lvh dvh vi svi lvi dvi"
    " vb svb lvb dvb vmin svmin lvmin dvmin vmax svmax lvmax dvmax cqw cqh cqi cqb cqmin cqmax %"
)
ANGLES = words("deg grad rad turn")
#: May stand for anything: the value is known in the browser only.
SUBSTITUTES = words("var env")
MATH = words("calc min max clamp round mod rem abs sign sin cos tan asin acos atan atan2 pow sqrt hypot log exp")
GRADIENTS = words(
    "linear-gradient radial-gradient conic-gradient"
    " repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient"
)
GRADIENT_WORDS = words(
    "to at in from top left right bottom center circle ellipse closest-side closest-corner farthest-side"
    " farthest-corner shorter longer increasing decreasing hue srgb srgb-linear display-p3 oklab oklch lab lch hsl hwb"
    " xyz xyz-d50 xyz-d65"
)
COLOR_SPACES = words("srgb srgb-linear display-p3 a98-rgb prophoto-rgb rec2020 xyz xyz-d50 xyz-d65")
#: Colour functions of three components and an optional alpha.
TRIPLES = words("rgb rgba hsl hsla hwb lab lch oklab oklch")
#: Functions may hold functions this deep.
DEEPEST = 12
_TOKEN = re.compile(
    r"""(?P<space>[ ]+)
      | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]+)?(?![0-9.]))(?P<unit>%|[a-z]+)?
      | \#(?P<hash>[0-9a-f]+)(?![-\w])
      | (?P<function>-?[a-z][-\w]*)\(
      | (?P<ident>--[-\w]+|-?[a-z_\u0080-\U0010ffff][-\w\u0080-\U0010ffff]*)
      | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
      | (?P<mark>[,/()*+-])""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Node:
    """``kind``: number (``text`` its unit, lower case), hash, word, string, mark, or function (``text`` its name)."""

    kind: str
    text: str
    inner: tuple[Node, ...] = ()
    number: float = 0.0


def parse(text: str) -> tuple[Node, ...] | None:
    """The value's parts without blanks, or ``None`` when it is not a CSS value (an open bracket, a stray sign)."""
    stack: list[tuple[str, list[Node]]] = [("", [])]
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        at = match.end()
        kind, found = match.lastgroup, match
        nodes = stack[-1][1]
        if kind == "space":
            continue
        if kind in ("number", "unit"):
            nodes.append(Node("number", (found["unit"] or "").lower(), number=float(found["number"])))
        elif kind == "hash":
            nodes.append(Node("hash", found["hash"]))
        elif kind == "ident":
            nodes.append(Node("word", found["ident"].lower()))
        elif kind in ("double", "single"):
            nodes.append(Node("string", found[kind]))
        elif kind == "function" or found["mark"] == "(":
            if len(stack) > DEEPEST:
                return None
            stack.append(((found["function"] or "").lower(), []))
        elif found["mark"] == ")":
            if len(stack) == 1:
                return None
            name, inner = stack.pop()
            stack[-1][1].append(Node("function", name, tuple(inner)))
        else:
            nodes.append(Node("mark", found["mark"]))
    return tuple(stack[0][1]) if len(stack) == 1 else None


def closed(text: str) -> bool:
    """Whether every quote and bracket is closed, so that the value ends where it seems to end."""
    expected: list[str] = []
    quote = ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char in "([":
            expected.append(")" if char == "(" else "]")
        elif char in ")]" and (not expected or expected.pop() != char):
            return False
    return not quote and not expected


def split(nodes: Sequence[Node], mark: str) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node.kind == "mark" and node.text == mark:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts
