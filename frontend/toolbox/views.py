"""The pages of the Toolbox."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from configs.models import ConfigVersion
from configs.states import DRAFT
from frontend.shell.access import staff_page
from frontend.shell.frame import refuse, render
from frontend.toolbox.presence import presence
from icontrol.kernel import responses
from icontrol.kernel.actors import EDIT, PUBLISH
from icontrol.kernel.entity_tags import entity_tag
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access.authentication import actor_of_user
from releases.ledger.chain import head_of
from releases.lookup import find_application, find_environment
from releases.models import Environment


@staff_page(refuse=refuse)
def default(request: HttpRequest) -> HttpResponseBase:
    """The draft of the default application."""
    return HttpResponseRedirect(reverse("toolbox-draft", args=[find_application().key]))


@staff_page(refuse=refuse)
def draft(request: HttpRequest, application: str) -> HttpResponseBase:
    """The draft of an application; ``environment``: whose live config it is compared with."""
    environment = find_environment(request.GET.get("environment"), application=application)
    actor = actor_of_user(request.user)
    environments = Environment.objects.filter(application=environment.application)
    return render(
        request,
        "frontend/toolbox/draft.html",
        text_lazy("Toolbox"),
        face="toolbox",
        environment=environment,
        environments=environments.order_by("-is_default", "key"),
        may_edit=actor.may(EDIT),
        may_publish=actor.may(PUBLISH),
    )


#: What a page may say of itself: which page it is, and the item that it shows.
PAGE, ITEM = re.compile(r"[a-z0-9-]{1,36}"), re.compile(r"[^\x00-\x1f\x7f]{0,200}")


def tell(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """A refusal to a module of the page."""
    return responses.response(refusal)


@staff_page("POST", refuse=tell, needs=EDIT)
def here(request: HttpRequest, application: str) -> HttpResponseBase:
    """Somebody shows ``item`` on ``page``: who else is here, the draft's ETag, the serial of what is live."""
    environment = find_environment(request.GET.get("environment"), application=application)
    page, item = request.POST.get("page", ""), request.POST.get("item", "")
    if not PAGE.fullmatch(page) or not ITEM.fullmatch(item):
        raise Refusal("http.bad_request")
    others = presence.here(environment.application_id, request.user.get_username(), page, item)
    draft = ConfigVersion.objects.defer("extra_schema").get(application=environment.application_id, state=DRAFT)
    return JsonResponse(
        {
            "etag": entity_tag(draft.revision),
            "serial": head_of(environment).serial,
            "people": [{"name": name, "item": shown} for name, shown in others],
        }
    )
