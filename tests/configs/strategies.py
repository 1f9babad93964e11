"""Random documents: strict JSON of any shape, and snapshots from valid to half typed."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from configs.snapshot.caps import FORBIDDEN_KEYS, MAX_INTEGER
from configs.snapshot.traversal import NAMED_BY

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
#: Floats that strict JSON can hold: whole ones are integers there, up to the size that is written with an exponent.
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer() or abs(x) >= 1e21)
SCALARS = st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS
FIELD_NAMES = TEXTS.filter(lambda name: name not in FORBIDDEN_KEYS)


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(FIELD_NAMES, values, max_size=3)


#: Any strict JSON value.
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | objects(inner), max_leaves=10)

#: Few, so that two snapshots share some; with the characters that JSON Pointers escape, and unlike only in escapes.
IDS = st.sampled_from(["a", "b", "c", "a/b", "a~b", "a~1b", "", "été"])
ORDERS = st.integers(0, 3) | st.sampled_from([1.5, -1])
LABELS = st.sampled_from(["Orders", "“Q” {x}", "<b>", ""]) | st.fixed_dictionaries({"en": TEXTS, "fr": TEXTS})
#: Values that are equal in Python and not in JSON, and those that stand for nothing.
ODD = st.sampled_from([None, True, False, 0, 1, "", "1", [], {}, [1], [True], {"a": 1}, {"a": True}, {"a": None}])
VALUES = ODD | LABELS | st.lists(IDS, max_size=3) | DOCUMENTS


def items(key: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """A list of objects named by ``key``, each name once, every other field optional."""
    item = st.fixed_dictionaries({key: IDS}, optional={**fields, "note": VALUES, "nested": objects(VALUES)})
    return st.lists(item, max_size=3, unique_by=lambda one: one[key])


COLUMNS = items("id", label=LABELS, order=ORDERS, visible=st.booleans(), width=INTEGERS)
ACTIONS = items("id", label=LABELS, roles=st.lists(IDS, max_size=2), config=st.fixed_dictionaries({"pageId": IDS}))
SECTIONS: dict[str, st.SearchStrategy[Any]] = {
    "pages": items("id", title=LABELS, path=st.none() | TEXTS, visible=st.booleans(), order=ORDERS, surface=IDS),
    "tabs": items("id", label=LABELS, pageId=IDS, visible=st.booleans(), order=ORDERS, targetPageId=IDS),
    "tables": items("id", pageId=IDS, columns=COLUMNS, actions=ACTIONS),
    "featureFlags": items(
        "key",
        state=st.sampled_from(["ON", "OFF"]),
        rollout=st.integers(0, 10_000),
        rules=items("id", rollout=st.integers(0, 10_000)),
    ),
    "segments": items("id", conditions=st.lists(objects(VALUES), max_size=2), private=st.booleans()),
    "uiTokens": items("key", value=TEXTS, mode=st.sampled_from(["light", "dark"])),
    "roles": items("id", label=LABELS),
    "permissions": items("id", description=LABELS),
    "plans": items("id", label=LABELS, pages=st.lists(IDS, max_size=3), limits=objects(SCALARS)),
    "layout": objects(VALUES),
    "theme": objects(VALUES),
    "plugins": VALUES | items("id", label=LABELS),
}
#: Snapshots whose sections are lists of named objects. Any of them may be missing.
SNAPSHOTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries({}, optional=SECTIONS)


@st.composite
def half_typed(draw: st.DrawFn) -> dict[str, Any]:
    """A snapshot with something wrong in it: an item twice, a name missing or no string, a wrong type anywhere."""
    snapshot = dict(draw(SNAPSHOTS))
    for _ in range(draw(st.integers(1, 3))):
        section = draw(st.sampled_from(list(SECTIONS)))
        entries = snapshot.get(section)
        if isinstance(entries, list) and entries and draw(st.booleans()):
            key = NAMED_BY.get(section, "id")
            at = draw(st.integers(0, len(entries) - 1))
            entry = entries[at]
            wrong = draw(st.sampled_from(["twice", "nameless", "misnamed", "other", "field", "columns"]))
            entries = [*entries]
            if wrong == "twice" or not isinstance(entry, dict):
                entries.append(entry)
            elif wrong == "nameless":
                entries[at] = {field: value for field, value in entry.items() if field != key}
            elif wrong == "misnamed":
                entries[at] = {**entry, key: draw(ODD)}
            elif wrong == "other":
                entries[at] = draw(VALUES)
            elif wrong == "field":
                entries[at] = {**entry, draw(st.sampled_from(["order", "title", "pageId", "visible"])): draw(VALUES)}
            else:
                entries[at] = {**entry, draw(st.sampled_from(["columns", "actions"])): draw(VALUES | COLUMNS)}
            snapshot[section] = entries
        else:
            snapshot[section] = draw(VALUES | st.dictionaries(IDS, st.fixed_dictionaries({"columns": COLUMNS})))
    return snapshot
