"""The clients seen, as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypedDict

from icontrol.kernel.json_types import Moment
from releases.delivery.adoption import seen_clients, seen_tenants, told
from releases.ledger.chain import head_of
from releases.models import Environment
from releases.serialization import WhereJSON, instant, named

MOST_VERSIONS, MOST_TENANTS = 100, 200


class SeenVersionJSON(TypedDict):
    version: Annotated[str, "Empty: none was sent. `?`: one that cannot be read. `…`: many together."]
    platform: Annotated[str, "As sent, in lower case; empty for none."]
    clients: Annotated[int, "Its share of the clients of the busiest hour."]
    share: Annotated[float, "Of the time that clients ran."]
    polls: int


class SeenTenantJSON(TypedDict):
    tenant: str
    clients: Annotated[int, "At a time, on average."]
    polls: int


class ToldJSON(TypedDict):
    """The newest release, and how many clients have asked since."""

    serial: int
    releasedAt: Moment
    clients: int
    lastHour: Annotated[int, "Clients seen in the last hour, for comparison."]


class ClientsJSON(WhereJSON):
    """Estimated from polls of the gate: a poll names no client."""

    hours: int
    clients: Annotated[int, "Of the busiest hour."]
    polls: int
    versions: Annotated[list[SeenVersionJSON], "The most used first."]
    moreVersions: int
    tenants: Annotated[list[SeenTenantJSON], "The most seen first."]
    tenantsSeen: Annotated[int, "Different tenants that polls named."]
    told: ToldJSON | None


def show_clients(environment: Environment, now: dt.datetime, hours: int) -> ClientsJSON:
    seen = seen_clients(environment, now, hours)
    tenants = seen_tenants(environment, now, hours)
    head = head_of(environment)
    return {
        **named(environment),
        "hours": hours,
        "clients": seen.clients,
        "polls": seen.polls,
        "versions": [
            {
                "version": one.version,
                "platform": one.platform,
                "clients": one.clients,
                "share": round(one.share, 4),
                "polls": one.polls,
            }
            for one in seen.versions[:MOST_VERSIONS]
        ],
        "moreVersions": len(seen.versions[MOST_VERSIONS:]),
        "tenants": [
            {"tenant": one.tenant, "clients": one.clients, "polls": one.polls} for one in tenants[:MOST_TENANTS]
        ],
        "tenantsSeen": len(tenants),
        "told": {
            "serial": head.serial,
            "releasedAt": instant(head.created_at),
            "clients": told(head, now),
            "lastHour": seen_clients(environment, now, 1).clients,
        }
        if head.serial
        else None,
    }
