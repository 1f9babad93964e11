"""Design tokens: is a value safe in a stylesheet, and does it fit its category?

A value becomes one letter per part, functions from the inside out. The allowed values are patterns over these letters,
after CSS Values and Units 4, Color 4 and 5, Images 4, Backgrounds 3 (shadows) and Fonts 4. Anything else is refused.
Rules that depend on the property (such as a negative padding) are not checked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from configs.snapshot.traversal import objects
from flags.engine.sentences import shown
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both

#: Words that end a declaration, open a block or a tag, or make the client load something.
UNSAFE = re.compile(
    r"[;{}<\\\x00-\x1f\x7f\u2028\u2029]|/\*|\*/|@import|(?:url|src|image|image-set|element|expression)\(",
    re.IGNORECASE,
)
COLOR_NAMES = """
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
_TOKEN = re.compile(
    r"""(?P<space>[ ]+)
      | (?P<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:e[+-]?[0-9]+)?(?![0-9.]))(?P<unit>%|[a-z]+)?
      | \#(?P<hash>[0-9a-f]+)(?![-\w])
      | (?P<call>(?:-?[a-z][-\w]*)?)\(
      | (?P<word>--[-\w]+|-?[a-z_\u0080-\U0010ffff][-\w\u0080-\U0010ffff]*)
      | (?P<string>"[^"]*"|'[^']*')
      | (?P<mark>[,/)*+-])""",
    re.VERBOSE | re.ASCII,
)


def _letters(*pairs: tuple[str, str]) -> dict[str, str]:
    return {word: letter for words, letter in pairs for word in words.split()}


#: Unit → letter; in upper case where the number is negative. Any other unit is ``u``, none is ``n``, 0 is ``0``.
UNITS = _letters(
    (
        "px cm mm q in pc pt em rem ex rex ch rch cap rcap ic ric lh rlh vw svw lvw dvw vh svh lvh dvh vi svi lvi dvi"
        " vb svb lvb dvb vmin svmin lvmin dvmin vmax svmax lvmax dvmax cqw cqh cqi cqb cqmin cqmax",
        "l",
    ),
    ("%", "p"),
    ("deg grad rad turn", "a"),
    ("fr", "f"),
)
#: Word → letter. A custom property (``--x``) is ``k``, any other word ``w``.
KEYWORDS = _letters(
    (COLOR_NAMES, "c"),
    ("srgb srgb-linear display-p3 a98-rgb prophoto-rgb rec2020 xyz xyz-d50 xyz-d65", "s"),
    (
        "to at top left right bottom center circle ellipse closest-side closest-corner farthest-side"
        " farthest-corner shorter longer increasing decreasing hue oklab oklch lab lch hsl hwb",
        "g",
    ),
    ("from", "y"),
    ("in", "x"),
    ("inset", "i"),
    ("none", "o"),
)
#: Letters of functions: ``h`` is a colour (like a hash), ``m`` a calculation, ``b`` brackets in one, ``G`` a gradient,
#: ``t`` a track of a grid. ``v`` is var() or env(), which may stand for anything: only the browser knows.
_WORD = "wcsgyxiok"
_PART = "n0paNPAomv"
_LENGTH = "[0lpLPmv]"
_COLOR = "[hcv]"
_MIXED = rf"({_COLOR}[n0paNPAom]?|[n0paNPAom]{_COLOR})"
_STOP = "[0lpaLPAmhcvgsyx]"
_TRACK = f"n0lpfNLPFtmv/{_WORD}"
_CALCULATION = rf"[n0lpafuNLPAFU{_WORD}mvb,/*+-]+"


def _components(space: str) -> str:
    """The components of a colour. A var() may stand for several: ``rgb(var(--rgb) / 50%)``."""
    return (
        rf"{space}[{_PART}]{{3}}(/[{_PART}])?|y{_COLOR}{space}[{_PART}{_WORD}]{{3}}(/[{_PART}{_WORD}])?"
        rf"|(y{_COLOR})?{space}(?=.*v)[{_PART},/]+"
    )


#: Name of a function → its allowed arguments, and the letter of the whole.
FUNCTIONS = {
    name: (re.compile(inside), letter)
    for inside, letter, names in (
        (r"k.*", "v", "var"),
        (rf"[{_WORD}].*", "v", "env"),
        (
            _CALCULATION,
            "m",
            "calc min max clamp round mod rem abs sign sin cos tan asin acos atan atan2 pow sqrt hypot log exp",
        ),
        (rf"[{_PART}](,[{_PART}]){{2,3}}|{_components('')}", "h", "rgb rgba hsl hsla hwb lab lch oklab oklch"),
        (_components("s"), "h", "color"),
        (f"{_COLOR},{_COLOR}", "h", "light-dark"),
        (rf"x[{_WORD}]+,{_MIXED},{_MIXED}", "h", "color-mix"),
        (
            rf"(?=.*{_COLOR}){_STOP}+(,{_STOP}+)*",
            "G",
            "linear-gradient radial-gradient conic-gradient"
            " repeating-linear-gradient repeating-radial-gradient repeating-conic-gradient",
        ),
        (rf"[{_TRACK},]+", "t", "minmax repeat fit-content"),
    )
    for name in names.split()
} | {"": (re.compile(_CALCULATION), "b")}
_RADII = "[0lpmv]{1,4}"
_FONT = rf"[n0lpNLP\"/mv{_WORD}]+"
#: At most one colour and one inset, before or after the lengths. A var() may also be the colour, hence five.
_SHADOW = (
    r"(v|(?![^,]*i[^,]*i)(?![^,]*[hc][^,]*[hc])"
    rf"([ihc]*{_LENGTH}{{2,4}}[ihc]*|i?{_LENGTH}{{5}}i?))"
)

#: category → (pattern of its values, is a JSON number allowed (pixels, a weight, a ratio)?, description); ``other``
#: takes anything that is safe.
CATEGORIES: dict[str, tuple[re.Pattern[str], bool, Text]] = {
    category: (re.compile(pattern), takes_numbers, expected)
    for category, pattern, takes_numbers, expected in (
        ("color", _COLOR, False, both("a CSS colour such as #2b6bff")),
        (
            "spacing",
            rf"{_LENGTH}{{1,4}}",
            True,
            both("a number or up to four lengths such as 8px"),
        ),
        (
            "radius",
            rf"{_RADII}(/{_RADII})?",
            True,
            both("a number or lengths such as 8px, not negative"),
        ),
        (
            "typography",
            rf"{_FONT}(,{_FONT})*",
            True,
            both("a number, a length, a weight or a list of fonts"),
        ),
        (
            "layout",
            rf"[{_TRACK}]+",
            True,
            both("a number, lengths or keywords"),
        ),
        (
            "shadow",
            rf"o|{_SHADOW}(,{_SHADOW})*",
            False,
            both("none or shadows such as 0 4px 14px #0003"),
        ),
        (
            "gradient",
            r"o|[Ghcv](,[Ghcv])*",
            False,
            both("gradients such as linear-gradient(#fff, #eee), or a colour"),
        ),
    )
}

_OPEN = both(": a quote or a bracket is not closed")


def token_problems(snapshot: Any) -> Iterator[Problem]:
    """``token.unsafe`` and ``token.value`` for every design token with a known category and value."""
    for index, token in objects(snapshot, "uiTokens"):
        value, category = token.get("value"), token.get("category")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        problem = value_problem(category, value) if isinstance(category, str) else None
        if problem:
            code, message = problem
            yield Problem(pointer(["uiTokens", index, "value"]), code, message)


def value_problem(category: str, value: str | int | float) -> tuple[str, Text] | None:
    """(code, sentence) of a value's problem, or ``None``. An unknown category is not checked here."""
    if isinstance(value, str):
        unsafe = UNSAFE.search(value)
        if unsafe or not closed(value):
            return "token.unsafe", both(
                "“{value}” cannot go into a stylesheet{why}.",
                value=shown(value),
                why=_because(unsafe.group()) if unsafe else _OPEN,
            )
    rule = CATEGORIES.get(category)
    if rule is None:
        return None
    pattern, takes_numbers, expected = rule
    if isinstance(value, str):
        if pattern.fullmatch(letters(value)):
            return None
    elif takes_numbers and (category != "radius" or value >= 0):
        return None
    return "token.value", both(
        "“{value}” is not a value of the category {category}: expected {expected}.",
        value=shown(value),
        category=category,
        expected=expected,
    )


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


def letters(text: str) -> str:
    """One letter for each part of a closed value; ``?`` for an unknown part."""
    stack: list[tuple[str, list[str]]] = [("", [])]
    at, text = 0, text.lower()
    while match := _TOKEN.match(text, at):
        at = match.end()
        if match["call"] is not None:
            stack.append((match["call"], []))
        elif match["mark"] == ")":
            name, inside = stack.pop()
            pattern, letter = FUNCTIONS.get(name, (None, "?"))
            stack[-1][1].append(letter if pattern and pattern.fullmatch("".join(inside)) else "?")
        else:
            stack[-1][1].append(_letter(match))
    return "".join(stack[0][1]) if at == len(text) else "?"


def _letter(part: re.Match[str]) -> str:
    match part.lastgroup:
        case "number" | "unit":
            number, unit = float(part["number"]), part["unit"]
            letter = UNITS.get(unit, "u") if unit else "n" if number else "0"
            return letter.upper() if number < 0 else letter
        case "hash":
            return "h" if len(part["hash"]) in (3, 4, 6, 8) else "?"
        case "word":
            return "k" if part["word"].startswith("--") else KEYWORDS.get(part["word"], "w")
        case "string":
            return '"'
        case "space":
            return ""
    return part["mark"]


def _because(found: str) -> Text:
    return both(": it holds “{found}”", found=shown(found))
