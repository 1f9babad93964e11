"""A live release in memory, with data derived once: the bytes of answers, the compiled flags. Pure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import releases.codes  # noqa: F401  (what it refuses)
from configs.snapshot.canonical import canonical, digest, revision_of
from flags.engine import FlagSet, compile_flags, resolved
from icontrol.kernel.codings import CODERS, IDENTITY, LEAST, chosen
from icontrol.kernel.entity_tags import entity_tag
from icontrol.kernel.refusals import Refusal
from releases.delivery.public_form import render

logger = logging.getLogger("icontrol.delivery")
MOST_WAITED = 10  # seconds to wait for another thread's computation
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A release as clients get it. ``version`` is None before the first publish. Shared by threads."""

    application: str
    environment: str
    environment_id: int
    locale: str
    serial: int
    version: str | None
    digest: str | None
    policies: Mapping[str, Any]
    killed: tuple[str, ...]
    hash: str
    snapshot: Any  # do not modify
    surface: str = ""  # of the client key
    stale: int | None = None  # seconds since the database last confirmed it; None: just now
    _made: dict[Any, Any] = field(default_factory=dict)

    @property
    def own(self) -> Any:
        """``snapshot`` resolved for this environment; do not modify it either."""
        return self.once("own", lambda: resolved(self.snapshot, self.environment))

    def once(self, what: Any, make: Callable[[], T]) -> T:
        """The value under this name, computed at the first call. It is dropped with the release.

        One thread computes and the others wait, at most ``MOST_WAITED``; then they get ``release.preparing``. An error
        is raised in all of them, and the next call computes again.
        """
        found = self._made.get(what)
        if found is None:
            mine: Future[T] = Future()
            found = self._made.setdefault(what, mine)
            if found is mine:
                return self._make(what, make, mine)
        if not isinstance(found, Future):
            return cast("T", found)
        try:
            return cast("T", found.result(MOST_WAITED))
        except TimeoutError:
            if found.done():
                raise  # the computing thread's error
            raise Refusal("release.preparing", extra={"retryAfter": MOST_WAITED}) from None

    def has(self, what: Any) -> bool:
        """Whether :meth:`once` would answer at once."""
        return not isinstance(self._made.get(what), Future | None)

    def _make(self, what: Any, make: Callable[[], T], promise: Future[T]) -> T:
        try:
            made = make()
        except BaseException as error:
            del self._made[what]
            promise.set_exception(error)
            raise
        self._made[what] = made
        promise.set_result(made)
        return made


@dataclass(frozen=True, slots=True)
class Representation:
    """One answer to clients: its canonical bytes, their SHA-256, and a strong entity tag. In another content coding the
    tag has its name behind; :func:`icontrol.kernel.entity_tags.named` takes that off.
    """

    body: bytes
    etag: str
    digest: str
    _coded: dict[str, bytes] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, document: Any) -> Representation:
        return cls.of_text(canonical(document))

    @classmethod
    def of_text(cls, text: str) -> Representation:
        sha = digest(text)
        return cls(text.encode(), entity_tag(revision_of(sha)), sha)

    def coding(self, accept: str) -> str:
        """The content coding for an ``Accept-Encoding``."""
        return chosen(accept) if len(self.body) >= LEAST else IDENTITY

    def is_coded(self, coding: str) -> bool:
        return coding == IDENTITY or coding in self._coded

    def coded(self, coding: str) -> bytes:
        """The bytes in this coding, made at the first call."""
        if coding == IDENTITY:
            return self.body
        found = self._coded.get(coding)
        if found is None:
            found = self._coded[coding] = CODERS[coding](self.body)
        return found

    def tag(self, coding: str) -> str:
        return self.etag if coding == IDENTITY else f'{self.etag[:-1]}-{coding}"'


def representation(live: Live, surface: str) -> Representation:
    """The published config as clients get it: kill switches applied, private parts left out, one surface or all."""
    surface = _known_surface(live, surface)
    return live.once(
        ("surface", surface), lambda: Representation.of(render(live.own, killed=live.killed, surface=surface))
    )


def is_made(live: Live, surface: str, accept: str) -> bool:
    """Whether :func:`representation` has it already, in the coding for this ``Accept-Encoding``."""
    if not live.has("surfaces") or not live.has(("surface", _known_surface(live, surface))):
        return False
    shown = representation(live, surface)
    return shown.is_coded(shown.coding(accept))


def _known_surface(live: Live, surface: str) -> str:
    """Unknown surface names share one entry: they all see the pages without a surface."""
    pages = live.once("surfaces", lambda: {page.get("surface") for page in live.own.get("pages", [])} - {None})
    return surface if not surface or surface in pages else "\0"


def flags_of(live: Live) -> FlagSet:
    """The flags of a release, compiled once, with its kill switches and ``environment``."""

    def compiled() -> FlagSet:
        found = compile_flags(live.own, environment=live.environment, killed=live.killed)
        for key, why in found.errors.items():
            logger.error("flag %r is damaged in release %s of %s: %s", key, live.serial, live.environment, why["en"])
        return found

    return live.once("flags", compiled)
