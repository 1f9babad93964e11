"""Kill switches over HTTP: force a flag off for everybody at once, or end that."""

from __future__ import annotations

from collections.abc import Callable

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from flags.engine import Effects
from icontrol.kernel.actors import PUBLISH
from releases import actions
from releases.api.common import AuthorView
from releases.api.openapi import BODY, BOTH, answers
from releases.api.parsing import Flag as Truth
from releases.api.parsing import Reason, ReasonBody
from releases.effects import effects, prospect
from releases.offers import of_flag
from releases.policies import live_flags
from releases.proposals import Released
from releases.serialization.releases import show_switched

PARAMETERS = [OpenApiParameter("key", str, OpenApiParameter.PATH, description="The flag's key."), *BOTH]


class SwitchBody(ReasonBody):
    reason = Reason(required=False, default="", help_text="Why; kept in the audit. Needed unless `dryRun` is given.")
    dryRun = Truth(required=False, default=False)


class SwitchView(AuthorView):
    """The base of both views; ``kind`` is ``kill`` or ``lift``."""

    kind: str
    permissions = {"POST": PUBLISH}

    def switch(self, action: Callable[..., Released], key: str) -> Response:
        environment, data = self.read(SwitchBody)
        now = self.now
        if data["dryRun"]:
            head, changed, affects = prospect(environment, self.kind, key, now=now)
        else:
            head, changed = action(environment, key=key, reason=data["reason"], actor=self.actor, now=now)
            affects = effects(head, self.kind, key, now=now) if changed else Effects()
        offers = [of_flag(self.actor, head, key, live_flags(head.config_version))]
        return Response(show_switched(head, key, affects, changed=changed, dry_run=data["dryRun"], offers=offers))


class KillView(SwitchView):
    """Engage a kill switch."""

    kind = "kill"

    @extend_schema(
        operation_id="killFlag",
        request=SwitchBody,
        parameters=PARAMETERS,
        responses=answers(show_switched, *BODY),
    )
    def post(self, request: Request, key: str) -> Response:
        """Force a flag off for everybody until it is lifted. Publishing and rolling back do not change that.

        A release by somebody else in between does not cause a refusal.
        """
        return self.switch(actions.kill, key)


class LiftView(SwitchView):
    """Lift a kill switch."""

    kind = "lift"

    @extend_schema(
        operation_id="liftFlag",
        request=SwitchBody,
        parameters=PARAMETERS,
        responses=answers(show_switched, *BODY),
    )
    def post(self, request: Request, key: str) -> Response:
        """End a kill: the flag answers again as its config says. Also for a flag that has left the config."""
        return self.switch(actions.lift, key)
