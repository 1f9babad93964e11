"""The flags of an environment with their kill switches, and the one short question before each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from configs.actors import PUBLISH, VIEW
from configs.policies import check_permission
from configs.reading import objects
from configs.refusals import Refusal
from icontrol.words import words
from releases import actions
from releases.admin.base import HouseAdmin
from releases.admin.buttons import Button, address, page_of
from releases.admin.move import Move
from releases.authentication import actor_of_user
from releases.ledger import head_of
from releases.models import Environment, Release
from releases.policies import check_switch


@dataclass(frozen=True, slots=True)
class Row:
    """One flag. ``state`` is None when it is not in the live config any more; ``button`` is for publishers."""

    key: str
    kind: str
    state: str | None
    is_killed: bool
    button: Button | None


class FlagsPage:
    """Every flag of the live config, those that are forced off first."""

    def __init__(self, admin: HouseAdmin, request: HttpRequest, environment: Environment) -> None:
        self.admin = admin
        self.request = request
        self.environment = environment

    def serve(self) -> HttpResponse:
        actor = actor_of_user(self.request.user)
        check_permission(actor, VIEW)
        if self.request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        where, head = self.environment.key, head_of(self.environment)
        if head is None or head.config_version is None:
            raise Refusal("release.none", environment=where)
        rows = sorted(self.rows(head, may=actor.may(PUBLISH)), key=lambda row: (not row.is_killed, row.key))
        return self.admin.page(
            self.request,
            "admin/house/flags.html",
            words(f"Kill switches of {where}", f"Coupe-circuits de {where}"),
            crumbs=[(where, page_of(self.environment))],
            environment=self.environment,
            head=head,
            rows=rows,
        )

    def rows(self, head: Release, *, may: bool) -> Iterator[Row]:
        assert head.config_version is not None
        killed = set(head.killed)
        flags = [flag for _, flag in objects(head.config_version.document, "featureFlags")]
        gone = killed - {flag["key"] for flag in flags}
        for flag in [*flags, *({"key": key, "type": "", "state": None} for key in gone)]:
            key = flag["key"]
            yield Row(key, flag["type"], flag["state"], key in killed, self.button(key, key in killed) if may else None)

    def button(self, key: str, is_killed: bool) -> Button:
        if is_killed:
            return Button(words("Lift", "Lever"), address("releases_environment_lift", self.environment.pk, key))
        url = address("releases_environment_kill", self.environment.pk, key)
        return Button(words("Kill", "Couper"), url, "danger")


class Switch(Move):
    """One flag, and one question with a reason that stands there already.

    The serial that was read refuses only a form that is sent again after somebody has taken the first one back.
    """

    permission = PUBLISH
    kind: str

    def __init__(self, admin: HouseAdmin, request: HttpRequest, environment: Environment, key: str) -> None:
        super().__init__(admin, request)
        self.environment, self.key = environment, key

    # The words of each -----------------------------------------------------------------------------------------------

    def question(self, key: str, where: str) -> Any:
        raise NotImplementedError

    def label(self, key: str, where: str) -> Any:
        raise NotImplementedError

    def usual_reason(self, key: str) -> Any:
        raise NotImplementedError

    def effect(self) -> Any:
        raise NotImplementedError

    def already(self, key: str) -> Any:
        raise NotImplementedError

    def happened(self, key: str, where: str, serial: int) -> Any:
        raise NotImplementedError

    def switch(self, **common: Any) -> actions.Switched:
        raise NotImplementedError

    # The page --------------------------------------------------------------------------------------------------------

    @property
    def reason(self) -> str:
        return super().reason if self.request.method == "POST" else str(self.usual_reason(self.key))

    def flags_url(self) -> str:
        return address("releases_environment_flags", self.environment.pk)

    def frame(self) -> dict[str, Any]:
        where = self.environment.key
        return {
            "title": self.question(self.key, where),
            "crumbs": [
                (where, page_of(self.environment)),
                (words("Kill switches", "Coupe-circuits"), self.flags_url()),
            ],
            "environment": self.environment,
        }

    def look(self) -> dict[str, Any]:
        head = check_switch(self.environment, head_of(self.environment), self.kind, self.key)
        is_done = (self.key in head.killed) == (self.kind == "kill")
        return {
            "open": not is_done,
            "button": self.label(self.key, self.environment.key),
            "hidden": {"serial": head.serial},
            "notes": [self.already(self.key) if is_done else self.effect()],
        }

    def act(self) -> HttpResponse:
        release, changed = self.switch(
            key=self.key, read=self.serial, reason=self.reason, actor=self.actor, now=self.now
        )
        message = self.happened(self.key, self.environment.key, release.serial) if changed else self.already(self.key)
        return self.done(message, self.flags_url())


class Kill(Switch):
    kind = "kill"
    style = "danger"

    def question(self, key: str, where: str) -> Any:
        return words(f"Kill {key} in {where}?", f"Couper {key} dans {where} ?")

    def label(self, key: str, where: str) -> Any:
        return words(f"Kill {key} in {where}", f"Couper {key} dans {where}")

    def usual_reason(self, key: str) -> Any:
        return words(f"Kill switch: {key}", f"Coupe-circuit : {key}")

    def effect(self) -> Any:
        return words(
            "Off for everybody at once. It stays off, whatever is published or rolled back, until it is lifted.",
            "Coupé pour tous, aussitôt, et il le reste à travers publications et retours, jusqu'à ce qu'on le lève.",
        )

    def already(self, key: str) -> Any:
        return words(f"“{key}” is forced off already.", f"« {key} » est déjà coupé.")

    def happened(self, key: str, where: str, serial: int) -> Any:
        return words(
            f"“{key}” is forced off in {where} (release n° {serial}).",
            f"« {key} » est coupé dans {where} (publication n° {serial}).",
        )

    def switch(self, **common: Any) -> actions.Switched:
        return actions.kill(self.environment, **common)


class Lift(Switch):
    kind = "lift"

    def question(self, key: str, where: str) -> Any:
        return words(f"Lift the kill switch of {key} in {where}?", f"Lever le coupe-circuit de {key} dans {where} ?")

    def label(self, key: str, where: str) -> Any:
        return words(f"Lift {key} in {where}", f"Lever {key} dans {where}")

    def usual_reason(self, key: str) -> Any:
        return words(f"Kill switch lifted: {key}", f"Coupe-circuit levé : {key}")

    def effect(self) -> Any:
        return words(
            "The flag answers again as the live config says.", "Le drapeau répond de nouveau selon la config en ligne."
        )

    def already(self, key: str) -> Any:
        return words(f"“{key}” is not forced off.", f"« {key} » n'est pas coupé.")

    def happened(self, key: str, where: str, serial: int) -> Any:
        return words(
            f"The kill switch of “{key}” is lifted in {where} (release n° {serial}).",
            f"Le coupe-circuit de « {key} » est levé dans {where} (publication n° {serial}).",
        )

    def switch(self, **common: Any) -> actions.Switched:
        return actions.lift(self.environment, **common)
