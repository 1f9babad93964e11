"""Rules of the house for models: every moment has somebody who made it, every state somebody who answers for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.utils import IntegrityError

from configs import states
from configs.models import ConfigVersion
from releases.access.roles import ROLES, group_permissions
from releases.models import ApiToken, PreviewLink
from tests.factories import ADA, NOON, World

#: Moments without a person beside them, and why.
NOBODY = {
    "configs.Application.created_at": "the history's first entry says who",
    "releases.Environment.created_at": "the history's first entry says who",
    "releases.ClientKey.created_at": "the history's first entry says who",
    "releases.ClientKey.revoked_at": "the history's entry of the revocation says who",
    "releases.Release.created_at": "its `actor`, which the hash covers",
    "releases.ApiToken.expires_at": "a date that was set when the token was made, by `created_by`",
    "releases.ApiToken.last_used_at": "a program used it; its `name` says which",
    "releases.Session.started_at": "its `user` logged in",
    "releases.Session.last_seen_at": "its `user` used it",
    "releases.ClientSighting.last_seen_at": "a program asked; its `name` says which",
    "releases.PreviewLink.expires_at": "a date that was set when the link was made, by `created_by`",
}


def ours() -> Iterator[type[models.Model]]:
    """Models of our apps; the history's tables repeat them."""
    for label in ("configs", "releases"):
        for model in apps.get_app_config(label).get_models():
            if not model.__name__.startswith("Historical"):
                yield model


def moments() -> Iterator[tuple[type[models.Model], str]]:
    for model in ours():
        for field in model._meta.get_fields():
            if isinstance(field, models.DateTimeField) and field.name.endswith("_at"):
                yield model, field.name


def test_every_moment_has_its_person_or_a_reason_why_not() -> None:
    without = set()
    for model, name in moments():
        if not any(field.name == f"{name[:-3]}_by" for field in model._meta.get_fields()):
            without.add(f"{model._meta.label}.{name}")
    assert without == NOBODY.keys()
    assert len(list(moments())) > len(NOBODY) + 5


def test_where_the_history_is_the_reason_there_is_one() -> None:
    for name, reason in NOBODY.items():
        if "history" in reason:
            app, model, _ = name.split(".")
            assert hasattr(apps.get_model(app, model), "history")


PAIRS = [
    (ConfigVersion, "edited"),
    (ConfigVersion, "previewed"),
    (ConfigVersion, "published"),
    (ConfigVersion, "withdrawn"),
    (ApiToken, "revoked"),
    (PreviewLink, "revoked"),
]


def test_pairs_that_may_be_empty_are_tied_together() -> None:
    tied = {(model, name[:-3]) for model, name in moments() if model._meta.get_field(name).null}
    assert {(model.__name__, name) for model, name in tied if f"{model._meta.label}.{name}_at" not in NOBODY} == {
        (model.__name__, name) for model, name in PAIRS
    }
    for model, name in PAIRS:
        assert f"{model.__name__.lower()}_{name}_pair" in {constraint.name for constraint in model._meta.constraints}


@pytest.mark.parametrize(("at", "by"), [("now", ""), (None, "user:ada")])
def test_the_database_refuses_half_a_pair(world: World, at: Any, by: str) -> None:
    from releases.access import actions as access

    token, _ = access.create_token(name="ci", role="viewer", actor=ADA, now=NOON)
    with pytest.raises(IntegrityError):
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=NOON if at else None, revoked_by=by)
        connection.check_constraints()


# States ---------------------------------------------------------------------------------------------------------------


def test_every_state_has_an_owner_who_may_move_it() -> None:
    assert states.OWNERS.keys() == states.STATES.keys()
    assert set(states.OWNERS.values()) <= ROLES.keys()
    needs = {"preview": "configs.edit_draft", "publish": "releases.publish_release", "withdraw": "configs.edit_draft"}
    for state, owner in states.OWNERS.items():
        moves = [action for source, action, _ in states.TRANSITIONS if source == state]
        assert not moves or any(needs[action] in group_permissions(owner) for action in moves)


def test_every_state_can_be_reached_and_has_words() -> None:
    reachable = {states.DRAFT} | {target for _, _, target in states.TRANSITIONS}
    assert reachable == states.STATES.keys()
    assert {source for source, _, _ in states.TRANSITIONS} <= states.STATES.keys()
    assert all(text["en"] and text["fr"] for text in states.STATES.values())
    field = ConfigVersion._meta.get_field("state")
    assert [value for value, _ in field.choices or ()] == list(states.STATES)
