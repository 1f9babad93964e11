"""Random histories of drafts and releases, step by step beside a small model: whatever people do, in whatever order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import transaction
from django.test import TestCase, override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from configs import actions as config_actions
from configs.drafts import stored_version, version_of
from configs.models import Application, ConfigVersion
from configs.snapshot.canonical import canonical, digest, normalise
from icontrol.kernel.refusals import Refusal
from releases import actions
from releases.delivery.live import read_live, seen
from releases.delivery.representations import flags_of, representation
from releases.ledger.chain import NO_POLICY
from releases.ledger.verify import verify
from releases.models import Environment, Release
from releases.policies import policy_revision
from releases.publishing import Selection
from tests.factories import ADA, NOON, World, make_world
from tests.releases.model import Content, Model, No, Number

pytestmark = pytest.mark.slow

#: Three small flags: every change makes the document much larger or smaller, and that guard is not the subject.
SIZE = {"release.grows", "release.shrinks"}
ENVIRONMENTS = st.sampled_from(["production", "production", "production", "staging"])


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Mostly valid: the page needs a flag that is there. The flag a is mostly there."""
    flags = draw(st.dictionaries(st.sampled_from("aabc"), st.sampled_from(["ON", "OFF"]), max_size=3))
    needed = draw(st.sampled_from([None, "", *flags, *flags, *flags, "a"]))
    return Content(frozenset(flags.items()), needed)


QUESTIONS = ["release.base_moved", "release.contains_rolled_back", "flag.key_reused"]
CONFIRM = st.one_of(st.just(frozenset(QUESTIONS)), st.frozensets(st.sampled_from(QUESTIONS)))
#: What the caller believes to be the newest release; mostly it does not say.
SERIALS = st.sampled_from([None] * 9 + [0, 1, 2])
EXAMPLES, STEPS = 50, 30
NUMBERS = st.sampled_from([(0, 9, 0), (1, 0, 0), (1, 0, 1), (1, 0, 3), (1, 2, 0), (2, 0, 0)])


def text(number: Number) -> str:
    return ".".join(map(str, number))


def name_of(revision: tuple[Number, int]) -> str:
    return f"{text(revision[0])}/{revision[1]}"


def document(content: Content, killed: frozenset[str] = frozenset()) -> dict[str, Any]:
    page = {"id": "p", "title": "P", "path": "/p", "visible": True, "order": 1, "roles": []}
    pages = [] if content.page is None else [{**page, "flag": content.page} if content.page else page]
    flags = [
        {"key": key, "type": "boolean", "state": "FORCE_OFF" if key in killed else state}
        for key, state in content.flags
    ]
    return {"pages": pages, "featureFlags": flags}


@lru_cache
def stored(content: Content, killed: frozenset[str] = frozenset()) -> str:
    return canonical(normalise(document(content, killed)))


@contextmanager
def passing_world() -> Iterator[World]:
    """A fresh world that is gone afterwards. Marked as a test's transaction, so that durable ones may run inside."""
    with TemporaryDirectory() as directory, override_settings(ICONTROL_CHECKPOINTS=Path(directory) / "ledger.txt"):
        seen.clear()
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]
        with around:
            yield make_world()
            transaction.set_rollback(True)


class Histories(RuleBasedStateMachine):
    @initialize(content=contents())
    def begin(self, content: Content) -> None:
        """With something live in production, if the content may be."""
        self.passing = passing_world()
        self.world = self.passing.__enter__()
        self.model = Model("production", "staging")
        self.revisions = [self.model.draft.revision]
        self.verified = 0
        self.edit(content)
        self.publish("production", self.model.draft.revision)

    def teardown(self) -> None:
        if hasattr(self, "passing"):
            self.passing.__exit__(None, None, None)

    def both(self, ours: Callable[[], None], real: Callable[..., object], *args: Any, **kwargs: Any) -> None:
        """One step in both worlds: done, or refused with the same code and the same names in it."""
        try:
            ours()
            expected: tuple[str, set[str]] = ("done", set())
        except No as no:
            expected = no.answer
        answer: tuple[str, set[str]] = ("done", set())
        try:
            with TestCase.captureOnCommitCallbacks(execute=True):
                real(*args, **kwargs, actor=ADA, now=self.world.tick())
        except Refusal as refusal:
            named = [entry["code"] for entry in refusal.extra.get("confirmations", [])]
            answer = (
                refusal.code,
                {*named, *refusal.extra.get("missingChanges", []), *refusal.extra.get("unknown", [])},
            )
        assert answer == expected
        hypothesis.event(f"{real.__name__}: {answer[0]}")
        self.revisions.append(self.model.draft.revision)

    def environment(self, where: str) -> Environment:
        return self.world.production if where == "production" else self.world.staging

    @property
    def revision(self) -> str:
        return name_of(self.model.draft.revision)

    def name(self, data: st.DataObject) -> Number:
        """A version that there is, or now and then one that there is not."""
        return data.draw(st.sampled_from([*self.model.versions, *self.model.versions, (9, 9, 9)]))

    # The draft

    def edit(self, content: Content) -> None:
        self.both(
            lambda: self.model.edit(content),
            config_actions.save_draft,
            self.world.application,
            document(content),
            read={self.revision},
        )

    @rule(content=contents())
    def edit_only(self, content: Content) -> None:
        self.edit(content)

    @rule(content=contents())
    def edit_and_preview(self, content: Content) -> None:
        self.edit(content)
        self.both(
            self.model.send_to_preview,
            config_actions.send_to_preview,
            self.world.application,
            read={self.revision},
            reason="look",
        )

    @rule(data=st.data(), number=NUMBERS, what=st.sampled_from(["revert", "rename", "withdraw"]))
    def change_otherwise(self, data: st.DataObject, number: Number, what: str) -> None:
        application = self.world.application
        if what == "revert":
            name = data.draw(st.sampled_from([*self.model.versions]))
            self.both(
                lambda: self.model.revert(name),
                config_actions.revert_draft,
                application,
                stored_version(version_of(application, text(name)), text(name)),
                read={self.revision},
            )
        elif what == "rename":
            self.both(
                lambda: self.model.rename(number),
                config_actions.rename_draft,
                application,
                text(number),
                read={self.revision},
            )
        else:
            preview = self.model.preview
            name = preview.name if preview and data.draw(st.booleans()) else self.name(data)
            self.both(lambda: self.model.withdraw(name), config_actions.withdraw, application, text(name), reason="no")

    # Releases

    def publish(
        self,
        where: str,
        revision: tuple[Number, int],
        confirm: frozenset[str] = frozenset(QUESTIONS),
        expected: int | None = None,
        bump: bool = False,
    ) -> None:
        self.both(
            lambda: self.model.publish_draft(where, revision, confirm, expected, bump=bump),
            actions.publish,
            self.environment(where),
            Selection(read={name_of(revision)}),
            confirm=[*confirm, *SIZE],
            bump_latest=bump,
            expected_serial=expected,
            reason="go",
        )

    @rule(where=ENVIRONMENTS, content=contents(), bump=st.booleans())
    def edit_and_publish(self, where: str, content: Content, bump: bool) -> None:
        self.edit(content)
        self.publish(where, self.model.draft.revision, bump=bump)

    @rule(where=ENVIRONMENTS, confirm=CONFIRM, expected=SERIALS, data=st.data())
    def publish_draft(self, where: str, confirm: frozenset[str], expected: int | None, data: st.DataObject) -> None:
        """By its ETag: mostly the one that there is, sometimes one from before."""
        old = data.draw(st.integers(0, 3)) == 0
        self.publish(
            where, data.draw(st.sampled_from(self.revisions)) if old else self.model.draft.revision, confirm, expected
        )

    @rule(where=ENVIRONMENTS, confirm=CONFIRM, data=st.data())
    def publish_named(self, where: str, confirm: frozenset[str], data: st.DataObject) -> None:
        """A preview, or what another environment has, or what was here just before."""
        newest = [entry.version for entry in self.model.ledgers[where].entries[-3:] if entry.version]
        recent: bool = data.draw(st.booleans())
        name = data.draw(st.sampled_from(newest)) if newest and recent else self.name(data)
        self.both(
            lambda: self.model.publish_named(where, name, confirm),
            actions.publish,
            self.environment(where),
            Selection(version=text(name)),
            confirm=[*confirm, *SIZE],
            reason="go",
        )

    @rule(where=ENVIRONMENTS, data=st.data())
    def pick(self, where: str, data: st.DataObject) -> None:
        live = self.model.ledgers[where].live
        possible = self.model.versions[live].content.changes(self.model.draft.content) if live else set()
        picked = data.draw(st.sets(st.sampled_from(sorted(possible) or ["pages/x"]), min_size=1))
        if data.draw(st.integers(0, 9)) == 0:
            picked.add("featureFlags/x/state")
        confirm = data.draw(CONFIRM)
        self.both(
            lambda: self.model.pick(where, picked, confirm),
            actions.publish,
            self.environment(where),
            Selection(read={self.revision}, changes=tuple(sorted(picked))),
            confirm=[*confirm, *SIZE],
            reason="one fix",
        )

    @rule(where=ENVIRONMENTS, by_default=st.sampled_from([True, True, False]), expected=SERIALS, data=st.data())
    def rollback(self, where: str, by_default: bool, expected: int | None, data: st.DataObject) -> None:
        name = None if by_default else self.name(data)
        self.both(
            lambda: self.model.rollback(where, name, expected),
            actions.rollback,
            self.environment(where),
            to_version=None if name is None else text(name),
            expected_serial=expected,
            reason="oops",
        )

    @rule(where=ENVIRONMENTS, behind=st.sampled_from([0, 0, 0, 1]))
    def undo(self, where: str, behind: int) -> None:
        serial = max(1, len(self.model.ledgers[where].entries) - behind)
        self.both(
            lambda: self.model.undo(where, serial),
            actions.undo,
            self.environment(where),
            serial=serial,
            reason="undo",
        )

    @rule(where=ENVIRONMENTS, latest=NUMBERS, minimum=NUMBERS)
    def policy(self, where: str, latest: Number, minimum: Number) -> None:
        head = self.world.head(self.environment(where))
        self.both(
            lambda: self.model.set_policy(where, latest, minimum),
            actions.set_policy,
            self.environment(where),
            {"default": {"latest": text(latest), "minSupported": text(minimum)}},
            read={policy_revision(head.policies if head else NO_POLICY)},
            reason="policy",
        )

    @rule(where=ENVIRONMENTS, key=st.sampled_from("aabcx"), act=st.sampled_from([actions.kill, actions.lift]))
    def switch(self, where: str, key: str, act: Callable[..., Any]) -> None:
        self.both(
            lambda: self.model.switch(where, act.__name__, key), act, self.environment(where), key=key, reason="now"
        )

    # What must be the same afterwards

    @invariant()
    def the_versions_are_those_of_the_model(self) -> None:
        rows = ConfigVersion.objects.values_list("version", "state", "edits", "content", "based_on__version")
        assert set(rows) == {
            (
                text(version.name),
                version.state,
                version.edits,
                digest(stored(version.content)),
                text(version.base.name) if version.base else None,
            )
            for version in self.model.versions.values()
        }
        draft = self.world.draft
        assert draft.snapshot == stored(self.model.draft.content)
        assert Application.objects.get(pk=draft.application_id).highest_version == text(self.model.highest)

    @invariant()
    def the_ledgers_are_those_of_the_model(self) -> None:
        for where, ledger in self.model.ledgers.items():
            rows = Release.objects.filter(environment=self.environment(where)).order_by("serial")
            assert [
                (row.serial, row.kind, row.config_version and row.config_version.version, *policy(row), row.killed)
                for row in rows.select_related("config_version")
            ] == [
                (
                    serial,
                    entry.kind,
                    entry.version and text(entry.version),
                    *map(text, entry.policy),
                    sorted(entry.killed),
                )
                for serial, entry in enumerate(ledger.entries, start=1)
            ]

    @invariant()
    def clients_get_what_is_live(self) -> None:
        ledger = self.model.ledgers["production"]
        if not ledger.entries:
            return
        live = read_live(None)
        assert (live.serial, live.version) == (len(ledger.entries), ledger.live and text(ledger.live))
        if ledger.live:
            content = self.model.versions[ledger.live].content
            assert json.loads(representation(live, "").body) == json.loads(stored(content, ledger.killed))
            on = {key for key, answer in flags_of(live).evaluate_all({}, NOON).items() if answer.value}
            assert on == {key for key, state in content.flags if state == "ON"} - ledger.killed

    @invariant()
    def nothing_is_wrong_with_the_ledger(self) -> None:
        """Looked at when a release was added: that nothing else was changed is compared above."""
        releases = sum(len(ledger.entries) for ledger in self.model.ledgers.values())
        if releases == self.verified:
            return
        self.verified = releases
        environments = [self.world.production, self.world.staging]
        assert list(verify(environments, against=[settings.ICONTROL_CHECKPOINTS])) == []


def policy(release: Release) -> tuple[str, str]:
    default = release.policy_set["default"]
    return default["latest"], default["minSupported"]


@pytest.mark.django_db
def test_random_histories_go_as_the_model_says() -> None:
    run_state_machine_as_test(
        Histories, settings=hypothesis.settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
    )
