"""The confirmations: publish, promote, roll back, undo, send to preview, withdraw, restore into the draft."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from configs.drafts import version_of
from configs.models import ConfigVersion
from configs.policies import check_version_name
from frontend.control import addresses
from frontend.control.page import Renderer, environment_page
from icontrol.kernel.actors import PUBLISH
from releases.models import Environment
from releases.pages.undo import Undo as UndoRelease
from releases.pages.version_actions import (
    Publish,
    ReleaseActionPage,
    Restore,
    Rollback,
    SendToPreview,
    VersionActionPage,
    Withdraw,
)

TEMPLATE = "frontend/control/confirm.html"


def _named(environment: Environment, name: str) -> ConfigVersion:
    return version_of(environment.application, check_version_name(name))


def _confirmation(kind: type[VersionActionPage]) -> Callable[..., HttpResponseBase]:
    """The address names the environment; its page asks for no other."""

    @environment_page("POST", needs=kind.permission)
    def view(request: HttpRequest, environment: Environment, version: str) -> HttpResponseBase:
        found = _named(environment, version)
        back = addresses.of_version(environment, found)
        page = kind(Renderer("versions", environment, back), request, found)
        page.template = TEMPLATE
        if isinstance(page, ReleaseActionPage):
            page.environment, page.environments = environment, [environment]
        return page.serve()

    return view


publish = _confirmation(Publish)
rollback = _confirmation(Rollback)
preview = _confirmation(SendToPreview)
withdraw = _confirmation(Withdraw)
restore = _confirmation(Restore)


@environment_page("POST", needs=PUBLISH)
def undo(request: HttpRequest, environment: Environment) -> HttpResponseBase:
    page = UndoRelease(Renderer("ledger", environment, addresses.of(environment, "ledger")), request, environment)
    page.template = TEMPLATE
    return page.serve()
