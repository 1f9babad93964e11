"""The forms of Unleash's JSON: required members, and members that are read."""

from __future__ import annotations

from configs.importers.shapes import ANY, Shape

CONSTRAINT: Shape = {
    "contextName": str,
    "operator": str,
    "values?": ([str], None),
    "value?": (str, float, None),
    "inverted?": (bool, None),
    "caseInsensitive?": (bool, None),
}
VARIANT: Shape = {
    "name": str,
    "weight": int,
    "payload?": ({"type": str, "value": str}, None),
    "stickiness?": (str, None),
    "overrides?": ([{"contextName": str, "values": [str]}], None),
}
_STRATEGY: Shape = {
    "title?": (str, None),
    "disabled?": (bool, None),
    "parameters?": ({"*": ANY}, None),
    "constraints?": ([CONSTRAINT], None),
    "segments?": ([int], None),
    "variants?": ([VARIANT], None),
}
STRATEGY: Shape = {"name": str} | _STRATEGY
DEPENDENCIES: Shape = [{"feature": str, "enabled?": (bool, None), "variants?": ([str], None)}]
FEATURE: Shape = {
    "name": str,
    "description?": (str, None),
    "archived?": (bool, None),
    "archivedAt?": (str, None),
    # Applies in every environment without its own.
    "variants?": ([VARIANT], None),
}
#: The state of a feature, inlined in it.
WHOLE: Shape = FEATURE | {
    "enabled": bool,
    "strategies?": ([STRATEGY], None),
    "dependencies?": (DEPENDENCIES, None),
}
#: The same from the admin API, whose lists mostly say only whether there are strategies.
ENVIRONMENT: Shape = {
    "name": str,
    "enabled": bool,
    "strategies?": ([STRATEGY | {"sortOrder?": (int, None)}], None),
    "hasStrategies?": (bool, None),
    "variants?": ([VARIANT], None),
    "variantCount?": (int, None),
}
ADMIN: Shape = FEATURE | {"environments": [ENVIRONMENT], "dependencies?": (DEPENDENCIES, None)}
SEGMENT: Shape = {"id": int, "name?": (str, None), "constraints?": ([CONSTRAINT], None)}
ANYTHING: Shape = {"*": ANY}
#: Its features are checked one by one.
LIST: Shape = {"features": [ANYTHING], "segments?": ([SEGMENT], None)}
DELTA: Shape = {
    "events": [
        {
            "type": str,
            "features?": [WHOLE],
            "segments?": ([SEGMENT], None),
            "feature?": WHOLE,
            "featureName?": str,
            "segment?": SEGMENT,
            "segmentId?": int,
        }
    ]
}
EXPORT: Shape = {
    "features": [FEATURE],
    "featureStrategies": [
        _STRATEGY
        | {
            "featureName": str,
            "name?": str,
            "strategyName?": str,
            "environment?": str,
            "id?": str,
            "sortOrder?": (int, None),
        }
    ],
    "featureEnvironments": [
        {"featureName": str, "enabled": bool, "environment?": str, "variants?": ([VARIANT], None)},
    ],
    "dependencies?": ([{"feature": str, "dependencies": DEPENDENCIES}], None),
    "segments?": ([SEGMENT], None),
    "featureStrategySegments?": ([{"featureStrategyId": str, "segmentId": int}], None),
}

IMPORT: Shape = {"data": ANYTHING}
