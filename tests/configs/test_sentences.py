"""How a diff is told to people: one sentence per change, in French and in English."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from configs.snapshot.canonical import normalise
from configs.snapshot.diff import Change, diff, grouped
from configs.snapshot.sentences import FIELD_NAMES, NOUNS, clean
from tests.configs.strategies import SNAPSHOTS, half_typed

ANY = SNAPSHOTS | half_typed()
ORDERS = {"en": "Orders", "fr": "Commandes"}
LONG = "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "


def page(**fields: Any) -> dict[str, Any]:
    return {"pages": [{"id": "orders", "title": ORDERS, **fields}]}


def tab(**fields: Any) -> dict[str, Any]:
    pages = [{"id": "orders", "title": ORDERS}, {"id": "bare"}]
    return {"pages": pages, "tabs": [{"id": "open", "label": "Open", "pageId": "orders", **fields}]}


def column(*columns: dict[str, Any]) -> dict[str, Any]:
    return {"tables": [{"id": "list", "columns": list(columns)}]}


def flag(**fields: Any) -> dict[str, Any]:
    return {"featureFlags": [{"key": "checkout", **fields}]}


def layout(**fields: Any) -> dict[str, Any]:
    return {"layout": fields}


#: (before, after, English, French)
EXAMPLES: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    ({}, page(), "Page “Orders” (orders) added", "Page « Commandes » (orders) ajoutée"),
    (page(), {}, "Page “Orders” (orders) removed", "Page « Commandes » (orders) supprimée"),
    ({}, flag(), "Flag checkout added", "Drapeau checkout ajouté"),
    ({"roles": [{"id": "cook"}]}, {}, "Role cook removed", "Rôle cook supprimé"),
    ({}, {"plans": [{"id": "pro", "label": "Pro"}]}, "Plan “Pro” (pro) added", "Offre « Pro » (pro) ajoutée"),
    ({}, {"plugins": {"a": 1}}, "Section “plugins” added", "Section « plugins » ajoutée"),
    (
        page(title={"en": "Orders", "fr": "Ordres"}),
        page(),
        "Page “Orders” (orders), title (French): “Ordres” → “Commandes”",
        "Page « Commandes » (orders), titre (français) : « Ordres » → « Commandes »",
    ),
    (
        page(title={"en": "Orders", "de": "Aufträge"}),
        page(title={"en": "Orders", "de": "Bestellungen"}),
        "Page “Orders” (orders), title (de): “Aufträge” → “Bestellungen”",
        "Page « Orders » (orders), titre (de) : « Aufträge » → « Bestellungen »",
    ),
    (
        page(visible=True),
        page(visible=False),
        "Page “Orders” (orders) is hidden now",
        "Page « Commandes » (orders) est désormais masquée",
    ),
    (
        tab(visible=False),
        tab(visible=True),
        "Tab “Open” (open) is visible now",
        "Onglet « Open » (open) est désormais visible",
    ),
    (
        tab(visible=True),
        tab(visible=False),
        "Tab “Open” (open) is hidden now",
        "Onglet « Open » (open) est désormais masqué",
    ),
    (
        page(visible=True),
        page(visible=None),
        "Page “Orders” (orders), visible: yes → (empty)",
        "Page « Commandes » (orders), visible : oui → (vide)",
    ),
    (
        page(path=None),
        page(path="/orders"),
        "Page “Orders” (orders), address: (empty) → “/orders”",
        "Page « Commandes » (orders), adresse : (vide) → « /orders »",
    ),
    (
        page(flag="beta"),
        page(),
        "Page “Orders” (orders), flag: “beta” → (not set)",
        "Page « Commandes » (orders), drapeau : « beta » → (non défini)",
    ),
    (
        page(roles=["cook", "guest"]),
        page(roles=["cook", "host"]),
        "Page “Orders” (orders), roles: + “host”, − “guest”",
        "Page « Commandes » (orders), rôles : + « host », − « guest »",
    ),
    (
        page(tenants="all"),
        page(tenants=["t1"]),
        'Page “Orders” (orders), tenants: “all” → ["t1"]',
        'Page « Commandes » (orders), locataires : « all » → ["t1"]',
    ),
    (
        tab(pageId="bare"),
        tab(),
        "Tab “Open” (open), page: bare → “Orders” (orders)",
        "Onglet « Open » (open), page : bare → « Commandes » (orders)",
    ),
    (
        column({"id": "total", "label": {"fr": "Total", "en": "Sum"}, "width": 110}),
        column({"id": "total", "label": {"fr": "Total", "en": "Sum"}, "width": "30%"}),
        "Table list, column “Sum” (total), width: 110 → “30%”",
        "Table list, colonne « Total » (total), largeur : 110 → « 30% »",
    ),
    (
        column(),
        column({"id": "total", "label": "Total"}),
        "Table list, column “Total” (total) added",
        "Table list, colonne « Total » (total) ajoutée",
    ),
    (
        {"tables": [{"id": "list", "actions": [{"id": "refund", "roles": []}]}]},
        {"tables": [{"id": "list", "actions": [{"id": "refund", "roles": ["boss"]}]}]},
        "Table list, action refund, roles: + “boss”",
        "Table list, action refund, rôles : + « boss »",
    ),
    (
        column({"id": "a", "order": 1}, {"id": "b", "order": 2}),
        column({"id": "a", "order": 3}, {"id": "b", "order": 2}),
        "Table list, column a moved from position 1 to position 2",
        "Table list, colonne a déplacée de la position 1 à la position 2",
    ),
    (
        page(order=10),
        page(order=20),
        "Page “Orders” (orders), order number: 10 → 20, still in position 1",
        "Page « Commandes » (orders), numéro d'ordre : 10 → 20, toujours en position 1",
    ),
    (
        page(),
        page(order=5),
        "Page “Orders” (orders), order number: (not set) → 5, still in position 1",
        "Page « Commandes » (orders), numéro d'ordre : (non défini) → 5, toujours en position 1",
    ),
    (flag(state="OFF"), flag(state="ON"), "Flag checkout, state: OFF → ON", "Drapeau checkout, état : OFF → ON"),
    (
        flag(rollout=500),
        flag(rollout=1250),
        "Flag checkout, rollout: 5% → 12.5%",
        "Drapeau checkout, déploiement progressif : 5 % → 12,5 %",
    ),
    (
        flag(rollout=1),
        flag(rollout=10_000),
        "Flag checkout, rollout: 0.01% → 100%",
        "Drapeau checkout, déploiement progressif : 0,01 % → 100 %",
    ),
    (
        flag(rules=[{"id": "a"}, {"id": "b"}]),
        flag(rules=[{"id": "a", "rollout": 5}, {"id": "c"}]),
        "Flag checkout, rules: + “c”, − “b”, “a” changed",
        "Drapeau checkout, règles : + « c », − « b », modification de « a »",
    ),
    (
        flag(rules=[{"id": "a"}, {"id": "b", "disabled": True}, {"id": "c", "x": 1}]),
        flag(rules=[{"id": "a", "disabled": True}, {"id": "b"}, {"id": "c", "x": 2, "disabled": True}]),
        "Flag checkout, rules: “a” switched off, “b” switched on, “c” changed",
        "Drapeau checkout, règles : désactivation de « a », activation de « b », modification de « c »",
    ),
    (
        flag(),
        flag(environments={"staging": {"state": "ROLLOUT", "rollout": 1000, "rules": [{"id": "a"}]}}),
        "Flag checkout, staging › rollout: (not set) → 10%;"
        " staging › rules: + “a”; staging › state: (not set) → ROLLOUT",
        "Drapeau checkout, staging › déploiement progressif : (non défini) → 10 % ;"
        " staging › règles : + « a » ; staging › état : (non défini) → ROLLOUT",
    ),
    (
        flag(environments={"beta": {"state": "ON"}, "staging": {"rollout": 5}}),
        flag(environments={"beta": {"state": "ON"}}),
        "Flag checkout, staging › rollout: 0.05% → (not set)",
        "Drapeau checkout, staging › déploiement progressif : 0,05 % → (non défini)",
    ),
    (
        flag(environments={"staging": {"rollout": 5}}),
        flag(environments={"staging": {"rollout": 1000}}),
        "Flag checkout, staging › rollout: 0.05% → 10%",
        "Drapeau checkout, staging › déploiement progressif : 0,05 % → 10 %",
    ),
    (
        flag(environments={"staging": {"rollout": 5}}),
        flag(environments={"staging": 5}),
        'Flag checkout, staging: {"rollout": 5} → 5',
        'Drapeau checkout, staging : {"rollout": 5} → 5',
    ),
    (
        flag(rules=[{"id": "a", "x": 1}, {"id": "b"}]),
        flag(rules=[{"id": "b"}, {"id": "a", "x": 2}]),
        "Flag checkout, rules: “a” changed, another order",
        "Drapeau checkout, règles : modification de « a », ordre modifié",
    ),
    (
        flag(bucketing={"seed": "a"}),
        flag(bucketing={"seed": "b"}),
        "Flag checkout, bucketing › seed: “a” → “b”",
        "Drapeau checkout, découpage en tranches › graine : « a » → « b »",
    ),
    (
        {"segments": [{"id": "vip", "conditions": [1, 2], "private": False}]},
        {"segments": [{"id": "vip", "conditions": [1, [2] * 50], "private": False}]},
        "Segment vip, conditions: 2 entries, other content",
        "Segment vip, conditions : 2 éléments, autre contenu",
    ),
    (
        {"segments": [{"id": "vip", "conditions": [{"attribute": "a" * 40, "values": [1]}]}]},
        {"segments": [{"id": "vip", "conditions": [{"attribute": "a" * 40, "values": [1]}, {"segment": "b" * 40}]}]},
        "Segment vip, conditions: 1 → 2 entries",
        "Segment vip, conditions : 1 → 2 éléments",
    ),
    (
        {"segments": [{"id": "vip", "private": False}]},
        {"segments": [{"id": "vip", "private": True}]},
        "Segment vip, private: no → yes",
        "Segment vip, privé : non → oui",
    ),
    (
        {"uiTokens": [{"key": "ink", "value": "#000", "mode": "light"}]},
        {"uiTokens": [{"key": "ink", "value": "#fff", "mode": "light"}]},
        "Token ink, value: “#000” → “#fff”",
        "Jeton ink, valeur : « #000 » → « #fff »",
    ),
    (
        {"plans": [{"id": "pro", "limits": {"users": None}}]},
        {"plans": [{"id": "pro", "limits": {"users": 5}}]},
        "Plan pro, limits › users: (empty) → 5",
        "Offre pro, limites › users : (vide) → 5",
    ),
    (
        layout(menuOrder=["a", "b", "c"]),
        layout(menuOrder=["c", "a", "b"]),
        "Layout, menu order: a, b, c → c, a, b",
        "Disposition, ordre du menu : a, b, c → c, a, b",
    ),
    (
        layout(menuOrder=[]),
        layout(menuOrder=list("abcdefgh")),
        "Layout, menu order: + “a”, + “b”, + “c”, + “d”, + “e”, + “f”, 2 more",
        "Disposition, ordre du menu : + « a », + « b », + « c », + « d », + « e », + « f », 2 de plus",
    ),
    (
        {"theme": {"brand": {"name": "Tea"}}},
        {"theme": {"brand": {"name": "Tea room"}}},
        "Theme, brand › name: “Tea” → “Tea room”",
        "Thème, marque › nom : « Tea » → « Tea room »",
    ),
    (
        {"plugins": {"list": {"columns": 1}}},
        {"plugins": {"list": {"columns": 2}}},
        "Section “plugins”, list › columns: 1 → 2",
        "Section « plugins », list › colonnes : 1 → 2",
    ),
    (
        {"columns": {"a": True}},
        {"columns": {"a": 1}},
        "Section “columns”, a: yes → 1",
        "Section « columns », a : oui → 1",
    ),
    (
        {"pages": [{"id": "a"}]},
        {"pages": [{"id": "a"}, {"id": "a"}]},
        'Section “pages”: [{"id": "a"}] → [{"id": "a"}, {"id": "a"}]',
        'Section « pages » : [{"id": "a"}] → [{"id": "a"}, {"id": "a"}]',
    ),
    (
        flag(description=LONG + "red."),
        flag(description=LONG + "blue."),
        "Flag checkout, description: “…en fourteen fifteen red.” → “…en fourteen fifteen blue.”",
        "Drapeau checkout, description : « …en fourteen fifteen red. » → « …en fourteen fifteen blue. »",
    ),
    (
        flag(owner="a\nb"),
        flag(owner="\x1b[2J\u202e!"),
        "Flag checkout, owner: “a ↵ b” → “�[2J�!”",
        "Drapeau checkout, responsable : « a ↵ b » → « �[2J�! »",
    ),
]


@pytest.mark.parametrize(("before", "after", "en", "fr"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_sentences(before: dict[str, Any], after: dict[str, Any], en: str, fr: str) -> None:
    (change,) = diff(before, after)
    assert change.sentence == {"en": en, "fr": fr}


@pytest.mark.parametrize(
    ("title", "en", "fr"),
    [
        ("Orders", "Page “Orders” (x)", "Page « Orders » (x)"),
        ({"en": "Orders", "fr": "Commandes"}, "Page “Orders” (x)", "Page « Commandes » (x)"),
        ({"fr": "Commandes"}, "Page “Commandes” (x)", "Page « Commandes » (x)"),
        ({"en": "", "fr": "Commandes"}, "Page “Commandes” (x)", "Page « Commandes » (x)"),
        ({"de": "Aufträge"}, "Page “Aufträge” (x)", "Page « Aufträge » (x)"),
        ("  ", "Page x", "Page x"),
        ({}, "Page x", "Page x"),
        ({"en": 5}, "Page x", "Page x"),
        (["Orders"], "Page x", "Page x"),
        (None, "Page x", "Page x"),
    ],
)
def test_a_group_has_the_title_of_its_page(title: Any, en: str, fr: str) -> None:
    ((group, words, _),) = grouped(diff({}, {"pages": [{"id": "x", "title": title}]}))
    assert (group, words) == ("page:x", {"en": en, "fr": fr})


def test_things_are_called_by_their_new_names_and_what_is_gone_by_its_old_one() -> None:
    before = {"pages": [{"id": "a", "title": "Old"}, {"id": "b", "title": "Gone"}]}
    after = {"pages": [{"id": "a", "title": "New"}]}
    assert [change.sentence["en"] for change in diff(before, after)] == [
        "Page “New” (a), title: “Old” → “New”",
        "Page “Gone” (b) removed",
    ]


def spoken(change: Change) -> list[str]:
    """Its sentence, then the title of its group, in both languages."""
    return [change.sentence["en"], change.sentence["fr"], change.group_title["en"], change.group_title["fr"]]


@given(ANY, ANY)
def test_every_change_has_one_line_in_both_languages(a: dict[str, Any], b: dict[str, Any]) -> None:
    for change in diff(a, b):
        for words in spoken(change):
            assert words.strip()
            assert not re.search("[\0-\x1f\x7f-\x9f\u2028-\u202e]", words)
            # A few names and values, each of bounded length.
            assert len(words) < 1_000
            words.encode()


PLAIN = st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\u200e\u200f").filter(
    lambda char: not "\u202a" <= char <= "\u202e" and not "\u2066" <= char <= "\u2069"
)


@given(st.text(PLAIN, min_size=1, max_size=80).filter(lambda text: text.strip() == text))
@example("{before} {0} {} %s {{x}}")
@example("<script>alert('“”')</script> & \"«»\"")
@example("Prix\xa0: 5\u202f€ 👩\u200d🚀")
def test_the_authors_text_is_shown_as_it_is(text: str) -> None:
    changes = diff({}, {"pages": [{"id": text, "title": text}], text: 1})
    changes += diff({"layout": {"wide": "", text: ""}}, {"layout": {"wide": text, text: "x"}})
    assert all(text in words for change in changes for words in spoken(change)[:2])
    assert len(changes) == 4
    assert changes[0].sentence["en"] == f"Page “{text}” ({text}) added"
    assert changes[0].sentence["fr"] == f"Page « {text} » ({text}) ajoutée"


@given(ANY, ANY)
def test_no_field_of_a_template_stays_unfilled(a: dict[str, Any], b: dict[str, Any]) -> None:
    def without_braces(value: Any) -> Any:
        if isinstance(value, dict):
            return {without_braces(name): without_braces(item) for name, item in value.items()}
        if isinstance(value, list):
            return [without_braces(item) for item in value]
        return re.sub("[{}]", "", value) if isinstance(value, str) else value

    for change in diff(normalise(without_braces(a)), normalise(without_braces(b))):
        for words in spoken(change):
            assert not re.search(r"\{\w*\}", words.replace("{}", ""))


def test_french_is_typeset_as_french() -> None:
    for _, _, en, fr in EXAMPLES:
        assert "“" not in fr
        assert not re.search(r"[^\s\"]:(?= )", fr), fr
        assert not re.search(r"«\S|\S»", fr), fr
        assert "«" not in en
        assert " :" not in en


def test_every_word_has_both_languages() -> None:
    assert all(noun["en"] and noun["fr"] and ending in ("", "e") for noun, ending in NOUNS.values())
    assert all(name["en"] and name["fr"] for name in FIELD_NAMES.values())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a" * 80, "a" * 80), ("a" * 81, "a" * 79 + "…"), ("a\r\n\tb", "a ↵ b"), ("\x00\x7f\ud800", "���"), ("", "")],
)
def test_shortening(text: str, shown: str) -> None:
    assert clean(text) == shown
