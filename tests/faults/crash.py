"""Kill a process at every boundary of an action in turn, and look what is left.

A boundary is the moment before a statement, before and after COMMIT, before and after the hooks that run after it,
before the checkpoint is safe on the disk, and after the answer. How many there are is found by a run that is not
killed. What is left must be the whole old or the whole new state, as readers and as the database have it.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from configs.models import Application, ConfigVersion
from configs.snapshot.canonical import digest
from configs.versions import parse
from icontrol.kernel.refusals import Refusal
from releases.delivery.live import read_live, seen
from releases.delivery.representations import representation
from releases.ledger import checkpoints
from releases.ledger.verify import verify
from releases.models import Environment, Release
from tests.factories import World
from tests.faults.processes import Child, Tell

BEFORE_COMMIT, AFTER_COMMIT = "before COMMIT", "after COMMIT"
BEFORE_HOOKS, AFTER_HOOKS = "before on_commit", "after on_commit"
ANSWERED = "after the answer"

Answer = Callable[[], None]
#: Does something to the world and calls the answer when the caller would be told that it is done.
Doing = Callable[[World, Answer], None]


class Damage(AssertionError):
    """Something that a crash must never leave behind."""


class HalfDone(Damage):
    """Neither the old nor the new state."""


class Lost(Damage):
    """The caller was told that it is done, and it is not."""


@dataclass
class Points:
    """Counts the boundaries that this process passes; at number ``fatal`` the process dies, as by a power cut."""

    fatal: int
    passed: list[str]

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Hooks the connection of this process, for the rest of its short life."""
        connection.ensure_connection()  # what opening a connection sends is no part of the action
        connection.execute_wrappers.append(self._statement)
        # The wrapper never sees COMMIT.
        around(connection, "_commit", lambda: self.reach(BEFORE_COMMIT), lambda: self.reach(AFTER_COMMIT))
        around(
            connection,
            "run_and_clear_commit_hooks",
            lambda: self.reach(BEFORE_HOOKS),
            lambda: self.reach(AFTER_HOOKS),
        )
        around(os, "fsync", lambda: self.reach("before fsync of the checkpoint"), lambda: None)

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.reach(f"before {' '.join(sql.split())[:60]}")
        return execute(sql, params, many, context)


def around(thing: Any, name: str, before: Callable[[], None], after: Callable[[], None]) -> None:
    original = getattr(thing, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before()
        result = original(*args, **kwargs)
        after()
        return result

    setattr(thing, name, wrapped)


class Run(NamedTuple):
    killed: bool
    answered: bool
    points: list[str]


def run(world: World, doing: Doing, *, fatal: int = 0) -> Run:
    """Do it in a process of its own that dies at boundary ``fatal`` (0: lives)."""

    def work(tell: Tell) -> None:
        points = Points(fatal, [])
        points.watch()
        doing(world, lambda: tell("answered"))
        points.reach(ANSWERED)
        tell(points.passed)

    with Child(work) as child:
        told = child.all()
        child.wait()
    return Run(child.was_killed, "answered" in told, next((value for value in told if isinstance(value, list)), []))


def survey(prepare: Callable[[], World], doing: Doing) -> dict[str, bool]:
    """Boundary → is the new state there after a death at it? Boundaries of one name count by their number.

    :raises Damage: a crash left what it must not leave.
    """
    run(prepare(), doing)  # a content that all worlds share is stored by the first: the others have the same boundaries
    world = prepare()
    old = picture(world)
    complete = run(world, doing)
    assert not complete.killed and complete.answered and complete.points, "the action itself failed"
    new = picture(world)
    assert new != old, "the action does nothing"
    check(world)
    outcome: dict[str, bool] = {}
    left = new
    for number, name in enumerate(complete.points, start=1):
        if left != old:
            world = prepare()
            assert picture(world) == old, "worlds for one survey are all the same"
        died = run(world, doing, fatal=number)
        assert died.killed, f"{number} ({name}): the process was not killed"
        left = picture(world)
        if left not in (old, new):
            raise HalfDone(f"killed {name} ({number} of {len(complete.points)}): {difference(left, old, new)}")
        if died.answered and left != new:
            raise Lost(f"killed {name} ({number} of {len(complete.points)})")
        check(world)
        outcome[f"{number} {name}"] = left == new
    return outcome


def picture(world: World) -> dict[str, Any]:
    """Everything about an application that an action may change, without what is different in each world."""
    application = Application.objects.get(pk=world.application.pk)
    releases = Release.objects.filter(environment__application=application).order_by("environment", "serial")
    return {
        "application": (application.highest_version, application.extra_schema),
        "versions": list(
            ConfigVersion.objects.filter(application=application)
            .order_by("version")
            .values_list(*columns(ConfigVersion, "id", "application", "based_on"), "based_on__version")
        ),
        "history": list(
            ConfigVersion.history.filter(application_id=application.pk)
            .order_by("history_id")
            .values_list("version", "state", "content", "edits", "history_change_reason", "history_user_id")
        ),
        "application history": list(application.history.values_list("highest_version", "history_change_reason")),
        "ledger": list(
            releases.values_list(
                *columns(Release, "id", "environment", "config_version", "hash", "previous_hash"),
                "environment__key",
                "config_version__version",
            )
        ),
        "readers": read(world),
    }


def columns(model: Any, *but: str) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if field.name not in but]


def environments(world: World) -> list[Environment]:
    return list(Environment.objects.filter(application=world.application).select_related("application"))


def read(world: World) -> dict[str, tuple[Any, ...]]:
    """What clients get: from a process that has served them before, and the same from one that starts now."""
    warm = {environment.key: answer(environment) for environment in environments(world)}
    seen.clear()
    cold = {environment.key: answer(environment) for environment in environments(world)}
    if warm != cold:
        raise HalfDone(f"a running reader sees {warm}, a new one {cold}")
    return cold


def answer(environment: Environment) -> tuple[Any, ...]:
    try:
        live = read_live(environment.client_keys.get().key)
    except Refusal as refusal:
        return (refusal.code,)
    body = representation(live, "").body
    return live.serial, live.version, live.digest, str(live.policies), live.killed, hashlib.sha256(body).hexdigest()


def difference(left: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> str:
    """Which part is old, which new, which neither."""

    def of(part: str) -> str:
        return "old" if left[part] == old[part] else "new" if left[part] == new[part] else "neither"

    return ", ".join(f"{part} {of(part)}" for part in left if old[part] != new[part] or of(part) == "neither")


def check(world: World) -> None:
    """What is true of every state that is not damaged; and the checkpoint file is brought up to date, as a start does.

    :raises Damage: it is not.
    """
    for wrong in (*_wrong_versions(world), *_wrong_ledger(world)):
        raise Damage(wrong)


def _wrong_versions(world: World) -> Iterator[str]:
    versions = list(ConfigVersion.objects.filter(application=world.application))
    of_state = {state: [v for v in versions if v.state == state] for state in ("draft", "preview", "published")}
    if len(of_state["draft"]) != 1 or len(of_state["preview"]) > 1:
        yield f"{len(of_state['draft'])} drafts, {len(of_state['preview'])} previews"
    released = {
        release.config_version_id for release in Release.objects.filter(environment__application=world.application)
    } - {None}
    if {version.pk for version in of_state["published"]} != released:
        yield "published and released are not the same"
    highest = parse(Application.objects.get(pk=world.application.pk).highest_version)
    for version in versions:
        if version.digest != digest(version.snapshot):
            yield f"{version.version}: the digest is not the content's"
        if version.state != "draft" and parse(version.version) > highest:
            yield f"{version.version} is above the highest version, {highest}"
        last = version.history.order_by("-history_id").first()
        if last is None or (last.state, last.digest, last.edits) != (version.state, version.digest, version.edits):
            yield f"{version.version}: the history does not know its last state"


def _wrong_ledger(world: World) -> Iterator[str]:
    file: Path = settings.ICONTROL_CHECKPOINTS
    for finding in verify(environments(world), against=[file]):  # as a copy, whose newest lines may be missing
        if finding.code != "checkpoint.behind":
            yield f"{finding.code} {finding.place}"
    if not checkpoints.record_all():
        yield "the checkpoint file contradicts the ledger"
    for finding in verify(environments(world), own=file):
        yield f"{finding.code} {finding.place} after a start"
