"""JSON answers, defined once: a ``TypedDict`` that mypy checks and that OpenAPI is generated from.

``Annotated[str, "…"]`` describes a field. ``ReleaseJSON`` becomes the component ``Release``.
"""

from __future__ import annotations

from inspect import isfunction
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

Schema = dict[str, Any]


class Keywords:
    """For ``Annotated``: JSON Schema keywords beyond the type. With a name it becomes a component."""

    def __init__(self, component: str = "", /, **schema: Any) -> None:
        self.component, self.schema = component, schema


Moment = Annotated[str, Keywords(format="date-time")]
_SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number", "format": "double"},
    bool: {"type": "boolean"},
    Any: {},
}
#: name → TypedDict or schema, of everything referenced.
_named: dict[str, Any] = {}


def schema_of(hint: Any) -> Schema:
    """The JSON Schema (2020-12) of a type, or of what a function returns; objects are references to components."""
    if isfunction(hint):
        return schema_of(get_type_hints(hint, include_extras=True)["return"])
    origin, arguments = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        return _reference(hint.__name__.removesuffix("JSON"), hint)
    if origin is Annotated:
        return _annotated(*arguments)
    if origin is NotRequired:
        return schema_of(arguments[0])
    if origin in (Union, UnionType):
        options = [schema_of(one) for one in arguments if one is not NoneType]
        schema = options[0] if len(options) == 1 else {"oneOf": options}
        return _or_null(schema) if NoneType in arguments else schema
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    return dict(_SIMPLE[hint])


def _annotated(hint: Any, *notes: Any) -> Schema:
    schema = schema_of(hint)
    for note in notes:
        if isinstance(note, Keywords) and note.component:
            schema = _reference(note.component, note.schema)
        else:
            schema |= note.schema if isinstance(note, Keywords) else {"description": note}
    return schema


def _or_null(schema: Schema) -> Schema:
    if "type" not in schema:
        return {"oneOf": [schema, {"type": "null"}]} if schema else schema
    also = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **also}


def _reference(name: str, what: Any) -> Schema:
    if _named.setdefault(name, what) is not what:
        raise ValueError(f"two shapes are called {name}")
    return {"$ref": f"#/components/schemas/{name}"}


def components() -> dict[str, Schema]:
    """All referenced schemas, transitively."""
    made: dict[str, Schema] = {}
    while missing := _named.keys() - made.keys():
        made |= {name: _object(_named[name]) if is_typeddict(_named[name]) else _named[name] for name in missing}
    return made


def _object(shape: Any) -> Schema:
    fields = get_type_hints(shape, include_extras=True)
    required = [
        name for name, hint in fields.items() if name in shape.__required_keys__ and get_origin(hint) is not NotRequired
    ]
    return {
        "type": "object",
        **({"description": shape.__doc__.replace("``", "`")} if shape.__doc__ else {}),
        "properties": {name: schema_of(hint) for name, hint in fields.items()},
        **({"required": required} if required else {}),
    }
