"""What versions and releases ought to do, in plain Python: no database, no JSON, written from the design alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

Number = tuple[int, int, int]
Codes = frozenset[str]


class No(Exception):
    """The model refuses: the code, and what is asked or missing."""

    def __init__(self, code: str, names: set[str] | None = None) -> None:
        super().__init__(code, names)
        self.answer = (code, names or set())


@dataclass(frozen=True)
class Content:
    """Flags that are on or off, and perhaps a page that perhaps needs one of them (``""``: it needs none)."""

    flags: frozenset[tuple[str, str]] = frozenset()
    page: str | None = None

    @property
    def valid(self) -> bool:
        return not self.page or self.page in dict(self.flags)

    def changes(self, other: Content) -> set[str]:
        """Ids of what leads to the other content."""
        old, new = dict(self.flags), dict(other.flags)
        found = {f"featureFlags/{key}" for key in old.keys() ^ new.keys()}
        found |= {f"featureFlags/{key}/state" for key in old.keys() & new.keys() if old[key] != new[key]}
        if (self.page is None) != (other.page is None):
            found.add("pages/p")
        elif self.page != other.page:
            found.add("pages/p/flag")
        return found

    def with_changes(self, other: Content, picked: set[str]) -> Content:
        old, new = dict(self.flags), dict(other.flags)
        keys = {key for key in old.keys() | new.keys() if key in (new if f"featureFlags/{key}" in picked else old)}
        flags = {
            key: (new if {f"featureFlags/{key}", f"featureFlags/{key}/state"} & picked else old)[key] for key in keys
        }
        return Content(frozenset(flags.items()), other.page if {"pages/p", "pages/p/flag"} & picked else self.page)


@dataclass
class Version:
    name: Number
    content: Content
    base: Version | None
    state: str = "draft"
    edits: int = 0

    @property
    def line(self) -> set[Number]:
        return {self.name} | (self.base.line if self.base else set())

    @property
    def revision(self) -> tuple[Number, int]:
        return self.name, self.edits


@dataclass(frozen=True)
class Entry:
    """One release. ``policy`` is (latest, minimum); ``killed`` are the flags that are forced off."""

    kind: str
    version: Number | None
    policy: tuple[Number, Number]
    killed: frozenset[str] = frozenset()


@dataclass
class Ledger:
    entries: list[Entry] = field(default_factory=list)

    @property
    def live(self) -> Number | None:
        return self.entries[-1].version if self.entries else None

    @property
    def policy(self) -> tuple[Number, Number]:
        return self.entries[-1].policy if self.entries else ((0, 0, 0), (0, 0, 0))

    @property
    def taken_back(self) -> set[Number]:
        return {
            old.version
            for old, new in zip(self.entries, self.entries[1:], strict=False)
            if old.version and new.kind in ("rollback", "undo") and new.version != old.version
        }

    @property
    def was_live(self) -> set[Number]:
        return {entry.version for entry in self.entries if entry.version}

    @property
    def killed(self) -> frozenset[str]:
        return self.entries[-1].killed if self.entries else frozenset()

    def append(self, kind: str, version: Number | None, policy: tuple[Number, Number] | None = None) -> None:
        self.entries.append(Entry(kind, version, policy or self.policy, self.killed))


class Model:
    """One application, its versions, and a ledger per environment."""

    def __init__(self, *environments: str) -> None:
        self.ledgers = {name: Ledger() for name in environments}
        self.draft = Version((1, 0, 0), Content(), None)
        self.versions = {self.draft.name: self.draft}
        self.highest: Number = (0, 0, 0)

    @property
    def preview(self) -> Version | None:
        return next((version for version in self.versions.values() if version.state == "preview"), None)

    def edit(self, content: Content) -> None:
        if content != self.draft.content:
            self.draft.content = content
            self.draft.edits += 1

    def revert(self, name: Number) -> None:
        """To a version's content; the draft then builds on that version."""
        target = self.versions[name]
        if target is self.draft or (target.content, target) == (self.draft.content, self.draft.base):
            return
        self.draft.content, self.draft.base = target.content, target
        self.draft.edits += 1

    def rename(self, name: Number) -> None:
        if name == self.draft.name:
            return
        if name in self.versions:
            raise No("version.taken")
        del self.versions[self.draft.name]
        self.draft.name = name
        self.draft.edits += 1
        self.versions[name] = self.draft

    def send_to_preview(self) -> None:
        if not self.draft.content.valid:
            raise No("snapshot.invalid")
        if self.preview:
            self.preview.state = "withdrawn"
        self.draft.state = "preview"
        self.open_next()

    def withdraw(self, name: Number) -> None:
        if name not in self.versions:
            raise No("version.unknown")
        if self.versions[name].state != "preview":
            raise No("version.not_preview")
        self.versions[name].state = "withdrawn"

    def open_next(self) -> None:
        old = self.draft
        self.highest = max(self.highest, old.name)
        self.draft = Version(self.free_after(self.highest), old.content, old, edits=old.edits + 1)
        self.versions[self.draft.name] = self.draft

    def free_after(self, name: Number) -> Number:
        while name in self.versions:
            name = (name[0], name[1], name[2] + 1)
        return name

    def publish_draft(
        self, where: str, revision: tuple[Number, int], confirm: Codes, expected: int | None, *, bump: bool
    ) -> None:
        self.check_serial(where, expected)
        live = self.ledgers[where].live
        if live and revision == self.versions[live].revision:
            raise No("release.nothing_to_publish")
        if revision != self.draft.revision:
            raise No("draft.stale")
        self.publish(where, self.draft, confirm, bump=bump)

    def publish_named(self, where: str, name: Number, confirm: Codes) -> None:
        if name not in self.versions:
            raise No("version.unknown")
        version = self.versions[name]
        if version is self.draft:
            raise No("publish.unread")
        if version.state == "withdrawn":
            raise No("version.withdrawn")
        self.publish(where, version, confirm, bump=False)

    def publish(self, where: str, version: Version, confirm: Codes, *, bump: bool) -> None:
        ledger = self.ledgers[where]
        if ledger.live and self.versions[ledger.live].content == version.content:
            raise No("release.nothing_to_publish")
        self.ask((self.questions(ledger, version) | self.reused(ledger, version)) - confirm)
        if not version.content.valid:
            raise No("snapshot.invalid")
        was_draft = version.state == "draft"
        version.state = "published"
        latest, minimum = ledger.policy
        ledger.append("publish", version.name, (max(latest, version.name), minimum) if bump else None)
        if was_draft:
            self.open_next()

    def questions(self, ledger: Ledger, version: Version) -> set[str]:
        if not ledger.live:
            return set()
        live = self.versions[ledger.live]
        found = set()
        if live.name not in version.line:
            found.add("release.base_moved")
        if (version.line - live.line) & ledger.taken_back:
            found.add("release.contains_rolled_back")
        return found

    def ask(self, open_questions: set[str]) -> None:
        if open_questions:
            raise No("publish.needs_confirmation", open_questions)

    def reused(self, ledger: Ledger, version: Version) -> set[str]:
        """Flags that this environment had once, and does not have now."""
        now = {*dict(self.versions[ledger.live].content.flags)} if ledger.live else set()
        had = {key for name in ledger.was_live for key in dict(self.versions[name].content.flags)}
        return {"flag.key_reused"} if ({*dict(version.content.flags)} - now) & had else set()

    def pick(self, where: str, picked: set[str], confirm: Codes) -> None:
        ledger = self.ledgers[where]
        if not ledger.live:
            raise No("publish.changes_need_live")
        live = self.versions[ledger.live]
        possible = live.content.changes(self.draft.content)
        if not picked <= possible:
            raise No("publish.unknown_changes", picked - possible)
        content = live.content.with_changes(self.draft.content, picked)
        fix = Version(self.free_after(live.name), content, live)
        self.ask(self.reused(ledger, fix) - confirm)
        if not content.valid:
            flag = f"featureFlags/{content.page}"
            missing = ({"pages/p", "pages/p/flag"} if flag in picked else {flag}) & possible - picked
            raise No("publish.missing_dependencies", missing) if missing else No("snapshot.invalid")
        # Not if a question would get lost, here or in another environment.
        lost = self.draft.line - live.line - {self.draft.name}
        released = {entry.version for other in self.ledgers.values() for entry in other.entries}
        rebase = not self.questions(ledger, self.draft) and not lost & released
        fix.state = "published"
        self.versions[fix.name] = fix
        was_next, self.highest = self.draft.name > self.highest, max(self.highest, fix.name)
        ledger.append("publish", fix.name)
        if rebase:
            self.draft.base = fix
        if was_next and self.draft.name < self.highest:
            self.rename(self.free_after(self.highest))

    def rollback(self, where: str, name: Number | None, expected: int | None) -> None:
        ledger = self.ledgers[where]
        if not ledger.live:
            raise No("release.none")
        self.check_serial(where, expected)
        was_live = [entry.version for entry in ledger.entries]
        if name is None:
            before = [version for version in was_live[: was_live.index(ledger.live)] if version]
            if not before:
                raise No("rollback.nothing_before")
            name = before[-1]
        elif name not in self.versions:
            raise No("version.unknown")
        elif name not in was_live:
            raise No("rollback.never_live")
        elif name == ledger.live:
            raise No("rollback.already_live")
        ledger.append("rollback", name)

    def undo(self, where: str, serial: int) -> None:
        entries = self.ledgers[where].entries
        if not entries:
            raise No("release.none")
        if serial != len(entries):
            raise No("undo.not_newest")
        if len(entries) == 1 or (entries[-1].version and not entries[-2].version):
            raise No("undo.nothing_before")
        self.ledgers[where].entries.append(dataclasses.replace(entries[-2], kind="undo"))

    def set_policy(self, where: str, latest: Number, minimum: Number) -> None:
        if minimum > latest:
            raise No("policy.unsatisfiable")
        if (latest, minimum) == self.ledgers[where].policy:
            raise No("policy.unchanged")
        self.ledgers[where].append("policy", self.ledgers[where].live, (latest, minimum))

    def switch(self, where: str, kind: str, key: str) -> None:
        """What stands so already is no refusal and no release."""
        ledger = self.ledgers[where]
        if not ledger.live:
            raise No("release.none")
        if key not in dict(self.versions[ledger.live].content.flags) and key not in ledger.killed:
            raise No("kill.unknown_flag" if kind == "kill" else "lift.not_engaged")
        killed = ledger.killed | {key} if kind == "kill" else ledger.killed - {key}
        if killed != ledger.killed:
            ledger.entries.append(Entry(kind, ledger.live, ledger.policy, killed))

    def check_serial(self, where: str, expected: int | None) -> None:
        serial = len(self.ledgers[where].entries)
        if expected is not None and expected != serial:
            raise No("publish.conflict" if serial else "publish.nothing_yet")
