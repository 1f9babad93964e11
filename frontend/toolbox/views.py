"""The pages of the Toolbox."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from frontend.shell.access import staff_page
from frontend.shell.frame import refuse, render
from icontrol.kernel.actors import EDIT, PUBLISH
from icontrol.kernel.localized import text_lazy
from releases.access.authentication import actor_of_user
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
