"""The checkpoints beside the database, and the verification of the whole ledger."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from frontend.control.page import actor_of, page, render
from icontrol.kernel.localized import text_lazy
from releases.ledger import checkpoints as file
from releases.ledger import verifications
from releases.ledger.checkpoints import Line
from releases.ledger.verify import verify
from releases.models import Environment, Release

LINES_SHOWN = 200


@page("POST")
def checkpoints(request: HttpRequest) -> HttpResponseBase:
    """The file's content and the last verification's findings. A new verification is a POST, because it reads
    everything.
    """
    path = settings.ICONTROL_CHECKPOINTS
    releases = Release.objects.count()
    verdict = verifications.last()
    if request.method == "POST":
        environments = Environment.objects.select_related("application")
        found = list(verify(environments, own=path))
        verdict = verifications.keep(found, releases=releases, by=actor_of(request).name, now=timezone.now())
    return render(
        request,
        "frontend/control/checkpoints.html",
        text_lazy("Checkpoints"),
        section="ledger",
        path=path,
        lines=_newest_lines(path),
        verdict=verdict,
        releases=releases,
        since=releases - verdict.releases if verdict else 0,
        most=LINES_SHOWN,
    )


def _newest_lines(path: Path) -> list[Line | None] | None:
    """Newest first; None if the file cannot be read."""
    try:
        return file.newest(path, LINES_SHOWN)[::-1]
    except OSError:
        return None
