"""Links to previews: who made them, what they open, how long. The address is shown once."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urljoin

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from configs.drafts import preview_of
from configs.models import Application, ConfigVersion
from configs.states import PREVIEW
from frontend.control import listing, manage
from frontend.control.page import page
from icontrol.kernel.actors import EDIT
from icontrol.kernel.localized import text_lazy
from icontrol.kernel.refusals import Refusal
from releases.access import actions as access
from releases.lookup import find_application
from releases.models import PreviewLink
from releases.serialization.qr import qr

HOURS = {1: text_lazy("1 hour"), 24: text_lazy("1 day"), 72: text_lazy("3 days"), 168: text_lazy("7 days")}


@page(needs=EDIT)
def links(request: HttpRequest) -> HttpResponseBase:
    rows = listing.searched(
        PreviewLink.objects.select_related("config_version__application").defer("config_version__extra_schema"),
        listing.words_of(request),
        "reason",
        "created_by",
        "config_version__version",
    )
    found, now = listing.context(request, rows.order_by("-pk")), timezone.now()
    previews = ConfigVersion.objects.filter(state=PREVIEW).select_related("application").defer("extra_schema")
    return manage.render(
        request,
        "frontend/control/links.html",
        text_lazy("Preview links"),
        tab="links",
        rows=[(link, access.why_dead(link, now)) for link in found["page_obj"]],
        previews=previews.order_by("application_id"),
        **found,
    )


class LinkForm(forms.Form):
    hours = forms.TypedChoiceField(choices=list(HOURS.items()), coerce=int, label=text_lazy("Valid for"))


class CreateLink(manage.ManagePage):
    permission = EDIT
    form_class = LinkForm

    def initial(self) -> dict[str, Any]:
        return {"hours": 24}

    @property
    def application(self) -> Application:
        return find_application(self.request.GET.get("application"))

    def frame(self) -> dict[str, Any]:
        return {"title": text_lazy("Create a link to the preview")}

    def look(self) -> dict[str, Any]:
        preview = preview_of(self.application)
        if preview is None:
            raise Refusal("preview.none", application=self.application.key)
        note = text_lazy(
            "Anyone with the link can read {version}, and nothing else, without a login.", version=preview.version
        )
        return {"button": text_lazy("Create the link"), "notes": [note]}

    def act(self) -> HttpResponse:
        assert self.form is not None
        link, secret = access.create_preview_link(
            self.application,
            ttl=dt.timedelta(hours=self.form.cleaned_data["hours"]),
            reason=self.reason,
            actor=self.actor,
            now=self.now,
        )
        url = urljoin(settings.PUBLIC_BASE_URL, reverse("open-preview", args=[secret]))
        title = text_lazy("Link to {version}", version=link.config_version.version)
        return self.secret_page(title, url, picture=qr(url))


class RevokeLink(manage.RevokePage):
    permission = EDIT

    @property
    def called(self) -> Any:
        return self.thing

    def revoke(self) -> None:
        application = self.thing.config_version.application
        access.revoke_preview_link(application, self.thing.pk, reason=self.reason, actor=self.actor, now=self.now)


@page("POST", needs=EDIT)
def create(request: HttpRequest) -> HttpResponseBase:
    return CreateLink(request, reverse("control-links")).serve()


@page("POST", needs=EDIT)
def revoke(request: HttpRequest, pk: int) -> HttpResponseBase:
    link = get_object_or_404(PreviewLink.objects.select_related("config_version__application"), pk=pk)
    return RevokeLink(request, link, reverse("control-links")).serve()
