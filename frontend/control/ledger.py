"""The ledger of an environment in sentences, with filters, and one release: what it changed and what takes it back."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.http import urlencode

from frontend.control import addresses, offered
from frontend.control.ledger_filter import Filter
from frontend.control.overview import state_of
from frontend.control.page import actor_of, environment_page, render
from frontend.control.times import name_of, zones
from icontrol.kernel.localized import localized, text_lazy
from icontrol.kernel.refusals import Refusal
from releases.ledger.chain import nothing, release_of
from releases.ledger.kinds import RELEASE_KINDS
from releases.ledger.summary import precede
from releases.models import Environment, Release
from releases.pages import facts
from releases.pages.action_page import whole_number

SHOWN = 50


def release_named(environment: Environment, serial: int) -> Release:
    found = release_of(environment, serial) if serial < 10**17 else None
    if found is None:
        raise Refusal("release.unknown", environment=environment.key, serial=serial)
    return found


@environment_page()
def ledger(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    wanted = Filter.of(request.GET)
    found = wanted.apply(environment)
    before = whole_number(request.GET.get("before", ""))
    rows = list((found.filter(serial__lt=before) if before else found)[: SHOWN + 1])
    rest, rows = rows[SHOWN:], rows[:SHOWN]
    for row in rows:
        row.environment = environment
    precede(rows)
    given = {name: value for name, value in wanted.given.items() if value}
    query = urlencode(given, doseq=True)
    context: dict[str, Any] = {
        "rows": rows,
        "count": found.count(),
        "wanted": wanted,
        "kinds": [(kind, localized(text), kind in wanted.kinds) for kind, text in RELEASE_KINDS.items()],
        "zone": name_of(wanted.given["zone"]),
        "zones": zones(),
        "query": f"?{query}" if query else "",
        "older": f"?{urlencode({**given, 'before': rows[-1].serial}, doseq=True)}" if rest else "",
        "newest": f"?{query}" if before else "",
        "everything": addresses.of(environment, "ledger"),
        "state": state_of(actor_of(request)),
    }
    return render(
        request,
        "frontend/control/ledger.html",
        text_lazy("Ledger"),
        section="ledger",
        environment=environment,
        **context,
    )


@environment_page()
def release(request: HttpRequest, environment: Environment, serial: int) -> HttpResponseBase:
    found = release_named(environment, serial)
    before, newer = (release_of(environment, found.serial + step) for step in (-1, 1))
    return render(
        request,
        "frontend/control/release.html",
        text_lazy("Release {serial}", serial=found.serial),
        section="ledger",
        environment=environment,
        release=found,
        before=before,
        newer=newer,
        buttons=offered.of_a_release(found, actor_of(request)),
        difference=facts.release_groups(before or nothing(environment), found),
        policies=json.dumps(found.policy_set, indent=2, ensure_ascii=False),
    )
