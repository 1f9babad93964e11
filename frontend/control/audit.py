"""The access audit: logins, refusals, changed rights."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from frontend.control import listing, manage
from frontend.control.page import page
from icontrol.kernel.actors import ADMINISTER
from icontrol.kernel.localized import localized, text_lazy
from releases.access.audit import EVENT_KINDS
from releases.models import AuditEvent

#: What somebody wants to see who asks whether all is well.
REFUSED = ("login_failed", "login_throttled", "token_refused", "forbidden", "csrf", "others")


@page(needs=ADMINISTER)
def audit(request: HttpRequest) -> HttpResponseBase:
    rows = listing.searched(AuditEvent.objects.all(), listing.words_of(request), "who", "address", "detail")
    options = [("refused", text_lazy("all refusals")), *((kind, localized(name)) for kind, name in EVENT_KINDS.items())]
    kind = listing.Select.of(request, "kind", text_lazy("What"), text_lazy("everything"), options)
    if kind.chosen:
        rows = rows.filter(kind__in=REFUSED if kind.chosen == "refused" else [kind.chosen])
    found = listing.context(request, rows.order_by("-at", "-pk"), kind)  # counted ones come a minute later
    return manage.render(
        request,
        "frontend/control/audit.html",
        text_lazy("Logins and refusals"),
        tab="audit",
        rows=[
            (event, localized(EVENT_KINDS.get(event.kind, event.kind)), event.kind in REFUSED)
            for event in found["page_obj"]
        ],
        **found,
    )
