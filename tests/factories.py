"""Worlds for tests, made by the real actions: a state that no action can reach does not exist here."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from configs import actions as config_actions
from configs.drafts import draft_of
from configs.models import Application, ConfigVersion, Snapshot
from icontrol.kernel import triggers
from icontrol.kernel.actors import Actor
from icontrol.kernel.entity_tags import entity_tag
from releases import actions
from releases.access import actions as access
from releases.access.roles import ROLES
from releases.ledger.chain import NO_POLICY, head_of
from releases.models import Environment, Release
from releases.policies import policy_revision
from releases.proposals import Released
from releases.publishing import Selection

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
ADA = Actor("user:ada")
_counter = itertools.count(1)


def tag(version: ConfigVersion) -> str:
    """The entity tag by which a client names the draft that it read."""
    return entity_tag(version.revision)


def snapshot(*page_ids: str, **sections: Any) -> dict[str, Any]:
    """A valid snapshot with the pages named, in that order."""
    pages = [
        {
            "id": name,
            "title": {"en": name.title(), "fr": name.title()},
            "path": f"/{name}",
            "visible": True,
            "order": at,
            "roles": [],
        }
        for at, name in enumerate(page_ids or ("home",))
    ]
    return {"pages": pages, **copy.deepcopy(sections)}


def damage(version: str, text: str = "{}") -> None:
    """Spoil the stored content of a version, as a bad disk does, or somebody with the database's own tools."""
    with triggers.lifted(connection):
        content = ConfigVersion.objects.get(version=version).content_id
        Snapshot.objects.filter(pk=content).update(deflated=Snapshot.of(text).deflated)


def flag(key: str, state: str = "OFF", **fields: Any) -> dict[str, Any]:
    return {"key": key, "state": state, "type": "boolean", **fields}


@dataclass
class World:
    """An application with two environments and a clock that moves a second per action."""

    application: Application
    production: Environment
    staging: Environment
    now: dt.datetime = field(default=NOON)

    def tick(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now

    @property
    def draft(self) -> ConfigVersion:
        return draft_of(self.application)

    def head(self, environment: Environment | None = None) -> Release:
        return head_of(environment or self.production)

    @property
    def live(self) -> str | None:
        head = self.head()
        return head.config_version.version if head and head.config_version else None

    def edit(self, content: Any = None, *, actor: Actor = ADA) -> ConfigVersion:
        """Save the draft; without content, one page that never was there before."""
        if content is None:
            content = copy.deepcopy(self.draft.document)
            content["pages"] += snapshot(f"page-{next(_counter)}")["pages"]
        return config_actions.save_draft(
            self.application, content, read={self.draft.revision}, actor=actor, now=self.tick()
        )

    def preview(self, *, actor: Actor = ADA) -> ConfigVersion:
        return config_actions.send_to_preview(
            self.application, read={self.draft.revision}, reason="look", actor=actor, now=self.tick()
        )

    def publish(
        self, version: str | None = None, *, environment: Environment | None = None, actor: Actor = ADA, **more: Any
    ) -> Release:
        """Publish a version by name, or the draft as it is now."""
        selection = Selection(version=version) if version else Selection(read={self.draft.revision})
        more.setdefault("reason", "go")
        where = environment or self.production
        return actions.publish(where, selection, actor=actor, now=self.tick(), **more).release

    def release(self, content: Any = None, **more: Any) -> Release:
        """Edit and publish."""
        self.edit(content)
        return self.publish(**more)

    def pick(self, *changes: str, environment: Environment | None = None, **more: Any) -> Release:
        return actions.publish(
            environment or self.production,
            Selection(read={self.draft.revision}, changes=changes),
            reason="one fix",
            actor=ADA,
            now=self.tick(),
            **more,
        ).release

    def rollback(self, *, environment: Environment | None = None, **more: Any) -> Release:
        return actions.rollback(environment or self.production, reason="oops", actor=ADA, now=self.tick(), **more)

    def undo(self, *, environment: Environment | None = None) -> Release:
        head = self.head(environment)
        return actions.undo(
            environment or self.production,
            serial=head.serial if head else 1,
            reason="undo",
            actor=ADA,
            now=self.tick(),
        )

    def policy(self, environment: Environment | None = None, **default: Any) -> Release:
        """Change fields of the default policy (camelCase)."""
        environment = environment or self.production
        head = self.head(environment)
        policies = head.policy_set if head else {"default": {}}
        policies["default"] = {**policies["default"], **default}
        return actions.set_policy(
            environment,
            policies,
            read={policy_revision(head.policies if head else NO_POLICY)},
            reason="policy",
            actor=ADA,
            now=self.tick(),
        )

    def kill(self, key: str, *, environment: Environment | None = None, **more: Any) -> Released:
        common = {"reason": "kill", "actor": ADA, "now": self.tick(), **more}
        return actions.kill(environment or self.production, key=key, **common)

    def lift(self, key: str, *, environment: Environment | None = None, **more: Any) -> Released:
        common = {"reason": "lift", "actor": ADA, "now": self.tick(), **more}
        return actions.lift(environment or self.production, key=key, **common)

    def token(self, role: str) -> str:
        """A fresh bearer secret of a role; its life begins now, because the server looks at the real clock."""
        _, secret = access.create_token(
            name=f"{role}-{next(_counter)}", role=role, actor=ADA, now=dt.datetime.now(dt.UTC)
        )
        return secret


def actor(role: str) -> Actor:
    return Actor(f"user:{role}", ROLES[role])


def make_world(*, key: str = "icontrol", is_default: bool = True) -> World:
    """An application with an empty draft 1.0.0, ``production`` (default) and ``staging``, nothing released."""
    application = config_actions.create_application(
        key=key, name=key, default_locale="en", is_default=is_default, actor=ADA, now=NOON
    )
    production = access.create_environment(application, key="production", actor=ADA, now=NOON)
    staging = access.create_environment(application, key="staging", actor=ADA, now=NOON)
    return World(application, production, staging)
