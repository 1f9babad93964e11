"""Sentences for what JSON Schema finds: one template per keyword, in both languages, without the library's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flags.engine.sentences import shown
from icontrol.kernel.texts import Text, both

TYPES: dict[str, Text] = {
    "object": both("an object", "un objet"),
    "array": both("a list", "une liste"),
    "string": both("a text", "un texte"),
    "integer": both("a whole number", "un nombre entier"),
    "number": both("a number", "un nombre"),
    "boolean": both("true or false", "true ou false"),
    "null": both("null", "null"),
}

#: JSON Schema keyword → sentence. Fields are those of the finding, ``value`` is what stands in the document.
KEYWORDS: dict[str, Text] = {
    "type": both("Expected {types}, found {found}.", "Attendu : {types} ; trouvé : {found}."),
    "required": both("“{property}” is missing.", "« {property} » manque."),
    "additionalProperties": both("“{property}” is not known here{near}.", "« {property} » n'est pas connu ici{near}."),
    "enum": both("“{value}” is none of: {options}.", "« {value} » ne fait pas partie de : {options}."),
    "const": both("“{value}” stands where only {options} may.", "« {value} » figure là où seul {options} est permis."),
    "pattern": both("“{value}” has not the form {pattern}.", "« {value} » n'a pas la forme {pattern}."),
    "format": both("“{value}” has not the format “{format}”.", "« {value} » n'a pas le format « {format} »."),
    "minimum": both("{value} is below {limit}.", "{value} est inférieur à {limit}."),
    "maximum": both("{value} is above {limit}.", "{value} est supérieur à {limit}."),
    "exclusiveMinimum": both("{value} is not above {limit}.", "{value} n'est pas supérieur à {limit}."),
    "exclusiveMaximum": both("{value} is not below {limit}.", "{value} n'est pas inférieur à {limit}."),
    "multipleOf": both("{value} is not a multiple of {limit}.", "{value} n'est pas un multiple de {limit}."),
    "minLength": both(
        "The text is too short: at least {limit} characters.", "Le texte est trop court : au moins {limit} caractères."
    ),
    "maxLength": both(
        "The text is too long: at most {limit} characters.", "Le texte est trop long : au plus {limit} caractères."
    ),
    "minItems": both(
        "The list is too short: at least {limit} entries.", "La liste est trop courte : au moins {limit} éléments."
    ),
    "maxItems": both(
        "The list is too long: at most {limit} entries.", "La liste est trop longue : au plus {limit} éléments."
    ),
    "minProperties": both("The object needs at least {limit} keys.", "L'objet doit avoir au moins {limit} clés."),
    "maxProperties": both("The object may have at most {limit} keys.", "L'objet peut avoir au plus {limit} clés."),
    "uniqueItems": both("The list holds the same entry twice.", "La liste contient deux fois le même élément."),
    "contains": both(
        "The list lacks an entry that it must contain.", "Il manque à la liste un élément qu'elle doit contenir."
    ),
    "propertyNames": both("“{property}” is not a valid key here.", "« {property} » n'est pas une clé valable ici."),
    "oneOf": both(
        "Exactly one of the possible forms must fit, not none or several.",
        "Une seule des formes possibles doit convenir, ni aucune ni plusieurs.",
    ),
    "anyOf": both("None of the possible forms fits.", "Aucune des formes possibles ne convient."),
    "not": both("This combination is not allowed.", "Cette combinaison n'est pas permise."),
    "falseSchema": both("Nothing may stand here.", "Rien ne peut figurer ici."),
}
KEYWORDS["unevaluatedProperties"] = KEYWORDS["additionalProperties"]

#: For a keyword that has no sentence above (an application's own schema may use any).
FALLBACK = both(
    "The value does not fit the schema (keyword “{keyword}”).",
    "La valeur ne convient pas au schéma (mot-clé « {keyword} »).",
)

#: Place below ``$defs`` of ``snapshot.schema.json`` → a sentence that says more than its keyword's.
PLACES: dict[str, Text] = {
    "id/pattern": both(
        "“{value}” is not a valid name: letters, digits and . _ ~ ! * ' ( ) : -, at most 128 characters, not two dots"
        " first.",
        "« {value} » n'est pas un nom valable : lettres, chiffres et . _ ~ ! * ' ( ) : -, au plus 128 caractères,"
        " sans deux points d'affilée en tête.",
    ),
    "text/pattern": both("The text is empty.", "Le texte est vide."),
    "name/pattern": both("The text is empty.", "Le texte est vide."),
    "bucketBy/pattern": both("The text is empty.", "Le texte est vide."),
    "text/minProperties": both("The text has no language yet.", "Le texte n'a encore aucune langue."),
    "text/propertyNames/pattern": both(
        "“{property}” is not a language code such as fr or en-GB.",
        "« {property} » n'est pas un code de langue tel que fr ou en-GB.",
    ),
    "page/properties/path/pattern": both(
        "“{value}” is not an address: it starts with # or with a single /, without blanks, quotes, < > or \\.",
        "« {value} » n'est pas une adresse : elle commence par # ou un seul /, sans espaces, guillemets, < > ni \\.",
    ),
    "page/properties/tenants/pattern": both(
        "“{value}” stands where only “all” or a list of tenants may.",
        "« {value} » figure là où seul « all » ou une liste de clients est permis.",
    ),
    "width/pattern": both(
        "“{value}” is not a width: a number of pixels, auto, or a length such as 20% or 12rem.",
        "« {value} » n'est pas une largeur : un nombre de pixels, auto, ou une longueur telle que 20% ou 12rem.",
    ),
    "instant/pattern": both(
        "“{value}” is not a date and time with an offset, such as 2026-11-30T08:00:00Z.",
        "« {value} » n'est pas une date et heure avec décalage, telle que 2026-11-30T08:00:00Z.",
    ),
    "date/pattern": both(
        "“{value}” is not a date such as 2026-11-30 or 2026-11-30T08:00:00Z.",
        "« {value} » n'est pas une date telle que 2026-11-30 ou 2026-11-30T08:00:00Z.",
    ),
    "flag/properties/environments/propertyNames/pattern": both(
        "“{property}” is not the key of an environment: a-z, 0-9 and hyphens, starting with a letter, at most 63.",
        "« {property} » n'est pas la clé d'un environnement : a-z, 0-9 et tirets, une lettre en tête, 63 au plus.",
    ),
    "token/properties/cssVar/pattern": both(
        "“{value}” is not a CSS variable such as --accent-primary.",
        "« {value} » n'est pas une variable CSS telle que --accent-primary.",
    ),
    "role/properties/permissions/items/pattern": both(
        "“{value}” is neither a permission nor a pattern such as read:*.",
        "« {value} » n'est ni une permission ni un motif tel que read:*.",
    ),
    "flag/then/required": both(
        "A flag in state ROLLOUT needs “rollout”, from 0 to 10000 (100 %).",
        "Un drapeau dans l'état ROLLOUT a besoin de « rollout », de 0 à 10000 (100 %).",
    ),
    "rule/not": both(
        "A rule serves either a variant or a split, not both.",
        "Une règle sert soit une variante, soit une répartition, pas les deux.",
    ),
    "condition/oneOf": both(
        "A condition has exactly one of: attribute, segment, all, any, not.",
        "Une condition a exactement un de : attribute, segment, all, any, not.",
    ),
    "condition/then/not": both(
        "The operator “exists” takes no values.", "L'opérateur « exists » ne prend pas de valeurs."
    ),
}


def sentence(keyword: str, place: str, values: Mapping[str, Any]) -> Text:
    """The sentence for a finding. ``place`` is its path in ``snapshot.schema.json``, empty for another schema;
    ``values`` as :func:`fields` made them."""
    template = PLACES.get(place.removeprefix("$defs/")) or KEYWORDS.get(keyword, FALLBACK)
    return both(template["en"], template["fr"], keyword=keyword, **values)


def fields(value: Any, details: Mapping[str, Any]) -> dict[str, Any]:
    """What a sentence may mention of the value found and of the library's details of a finding."""
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
    listed = list(texts)
    return {
        "en": " or ".join(text["en"] for text in listed),
        "fr": " ou ".join(text["fr"] for text in listed),
    }


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
