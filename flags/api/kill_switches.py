"""Kill switches over HTTP: a flag off for everybody at once, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from configs.actors import PUBLISH
from releases import actions
from releases.api import shapes
from releases.api.common import AuthorView
from releases.api.openapi import BODY, BOTH, answers
from releases.api.parsing import ReasonBody
from releases.ledger import head_of
from releases.models import Environment
from releases.policies import check_switch
from releases.showing import show_switched

PARAMETERS = [OpenApiParameter("key", str, OpenApiParameter.PATH, description="The flag's key."), *BOTH]


class SwitchedRelease(shapes.Release):
    """The newest release, after the switch stands as it was asked for."""

    flag = shapes.text()
    changed = serializers.BooleanField(help_text="False: the switch stood so already, and nothing was appended.")


class SwitchView(AuthorView):
    """What both do; ``kind`` is ``kill`` or ``lift``."""

    kind: str
    permissions = {"POST": PUBLISH}

    def refuse_first(self, environment: Environment, sent: Mapping[str, Any]) -> None:
        check_switch(environment, head_of(environment), self.kind, self.kwargs["key"])

    def switch(self, action: Callable[..., actions.Switched], key: str) -> Response:
        environment, data = self.read(ReasonBody)
        done = action(environment, key=key, reason=data["reason"], actor=self.actor, now=self.now)
        return Response(show_switched(done.release, key, changed=done.changed))


class KillView(SwitchView):
    """Engage a kill switch."""

    kind = "kill"

    @extend_schema(
        operation_id="killFlag", request=ReasonBody, parameters=PARAMETERS, responses=answers(SwitchedRelease, *BODY)
    )
    def post(self, request: Request, key: str) -> Response:
        """Force a flag off for everybody until it is lifted, whatever is published or rolled back meanwhile.

        Never refused because somebody else released in between.
        """
        return self.switch(actions.kill, key)


class LiftView(SwitchView):
    """Lift a kill switch."""

    kind = "lift"

    @extend_schema(
        operation_id="liftFlag", request=ReasonBody, parameters=PARAMETERS, responses=answers(SwitchedRelease, *BODY)
    )
    def post(self, request: Request, key: str) -> Response:
        """End a kill: the flag answers again as its config says. Also for a flag that has left the config."""
        return self.switch(actions.lift, key)
