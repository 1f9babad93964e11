"""Sentences for JSON Schema findings: one template per keyword, in both languages, not the library's messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flags.engine.sentences import shown
from icontrol.kernel.texts import Text, both, fill, joined

TYPES: dict[str, Text] = {
    "object": both("an object"),
    "array": both("a list"),
    "string": both("a text"),
    "integer": both("a whole number"),
    "number": both("a number"),
    "boolean": both("true or false"),
    "null": both("null"),
}

#: JSON Schema keyword → sentence. Fields are the finding's; ``value`` is the document's.
KEYWORDS: dict[str, Text] = {
    "type": both("Expected {types}, found {found}."),
    "required": both("“{property}” is missing."),
    "additionalProperties": both("“{property}” is not known here{near}."),
    "enum": both("“{value}” is not one of: {options}."),
    "const": both("“{value}” is not allowed here; only {options} is."),
    "pattern": both("“{value}” does not match {pattern}."),
    "format": both("“{value}” does not have the format “{format}”."),
    "minimum": both("{value} is below {limit}."),
    "maximum": both("{value} is above {limit}."),
    "exclusiveMinimum": both("{value} is not above {limit}."),
    "exclusiveMaximum": both("{value} is not below {limit}."),
    "multipleOf": both("{value} is not a multiple of {limit}."),
    "minLength": both("The text is too short: at least {limit} characters."),
    "maxLength": both("The text is too long: at most {limit} characters."),
    "minItems": both("The list is too short: at least {limit} entries."),
    "maxItems": both("The list is too long: at most {limit} entries."),
    "minProperties": both("The object needs at least {limit} keys."),
    "maxProperties": both("The object may have at most {limit} keys."),
    "uniqueItems": both("The list contains the same entry twice."),
    "contains": both("The list lacks an entry that it must contain."),
    "propertyNames": both("“{property}” is not a valid key here."),
    "oneOf": both("Exactly one of the possible forms must match; here none or several do."),
    "anyOf": both("None of the possible forms matches."),
    "not": both("This combination is not allowed."),
    "falseSchema": both("No value is allowed here."),
}
KEYWORDS["unevaluatedProperties"] = KEYWORDS["additionalProperties"]

#: For keywords without a sentence above (an application's own schema may use any).
FALLBACK = both("The value does not fit the schema (keyword “{keyword}”).")

#: Place below ``$defs`` of ``snapshot.schema.json`` → a more specific sentence than its keyword's.
PLACES: dict[str, Text] = {
    "id/pattern": both(
        "“{value}” is not a valid name: letters, digits and . _ ~ ! * ' ( ) : -, at most 128 characters, not two "
        "dots first."
    ),
    "text/pattern": both("The text is empty."),
    "name/pattern": both("The text is empty."),
    "bucketBy/pattern": both("The text is empty."),
    "text/minProperties": both("The text has no language yet."),
    "text/propertyNames/pattern": both("“{property}” is not a language code such as fr or en-GB."),
    "page/properties/path/pattern": both(
        "“{value}” is not an address: it starts with # or with a single /, without blanks, quotes, < > or \\."
    ),
    "page/properties/tenants/pattern": both("“{value}” is not allowed here; use “all” or a list of tenants."),
    "width/pattern": both("“{value}” is not a width: a number of pixels, auto, or a length such as 20% or 12rem."),
    "instant/pattern": both("“{value}” is not a date and time with an offset, such as 2026-11-30T08:00:00Z."),
    "date/pattern": both("“{value}” is not a date such as 2026-11-30 or 2026-11-30T08:00:00Z."),
    "flag/properties/environments/propertyNames/pattern": both(
        "“{property}” is not the key of an environment: a-z, 0-9 and hyphens, starting with a letter, at most 63."
    ),
    "token/properties/cssVar/pattern": both("“{value}” is not a CSS variable such as --accent-primary."),
    "role/properties/permissions/items/pattern": both(
        "“{value}” is neither a permission nor a pattern such as read:*."
    ),
    "flag/then/required": both("A flag in state ROLLOUT needs “rollout”, from 0 to 10000 (100 %)."),
    "rule/not": both("A rule serves either a variant or a split, not both."),
    "condition/oneOf": both("A condition has exactly one of: attribute, segment, all, any, not."),
    "condition/then/not": both("The operator “exists” takes no values."),
}


def sentence(keyword: str, place: str, values: Mapping[str, Any]) -> Text:
    """The sentence for a finding. ``place`` is its path in ``snapshot.schema.json``, empty for another schema;
    ``values`` as :func:`fields` made them."""
    template = PLACES.get(place.removeprefix("$defs/")) or KEYWORDS.get(keyword, FALLBACK)
    return fill(template, keyword=keyword, **values)


def fields(value: Any, details: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a sentence: from the value found and the library's details."""
    result: dict[str, Any] = {"value": shown(value), "found": TYPES[json_type(value)]}
    if "types" in details:
        result["types"] = either(TYPES[name] for name in TYPES if name in details["types"])
    if "options" in details:
        result["options"] = ", ".join(shown(option) for option in details["options"])
    if "expected_value" in details:
        result["options"] = shown(details["expected_value"])
    for name in ("limit", "multiple_of"):
        if name in details:
            result["limit"] = shown(details[name])
    for name in ("property", "pattern", "format"):
        if name in details:
            result[name] = shown(details[name])
    return result


def either(texts: Iterable[Text]) -> Text:
    return joined(texts, both(" or "))


def json_type(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case None:
            return "null"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
