"""One live flag: what it does in sentences, its use and health, its switch, and why somebody gets a variant."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from flags.engine import Reason, attributes_of, resolved
from flags.engine.rule_sentences import sentences
from flags.engine.sentences import shown
from flags.explaining import Explained, explain
from flags.models import UNTOLD
from flags.overview import FlagFacts, counts_of, overview
from frontend.control.explain_form import ExplainForm
from frontend.control.flags import STATES, switch_of
from frontend.control.page import actor_of, environment_page, render
from frontend.control.usage_chart import bars
from icontrol.kernel.actors import EDIT
from icontrol.kernel.refusals import Refusal
from releases.models import Environment

#: Reasons → the look of an answer; the others look good.
LOOKS = {Reason.UNKNOWN: "w", Reason.ERROR: "e", Reason.DISABLED: ""}


def variants_of(flag: FlagFacts) -> list[tuple[str, str]]:
    """(key, value)"""
    own = flag.source.get("variants") or [{"key": "on", "value": True}, {"key": "off", "value": False}]
    return [(variant["key"], shown(variant["value"])) for variant in own]


@environment_page("POST")
def flag(request: HttpRequest, environment: Environment, key: str) -> HttpResponseBase:
    now, actor = timezone.now(), actor_of(request)
    found = overview(environment, now, key)
    facts, live = found.flag(key), found.head.config_version
    form = ExplainForm(
        request.POST if request.method == "POST" else None,
        asked=attributes_of(resolved(live.document, environment.key), key) if live else (),
        edits=actor.may(EDIT),
    )
    explained: Explained | None = None
    refusal, status = None, 200
    if form.is_bound:
        if not form.is_valid():
            status = 422
        else:
            try:
                typed = form.cleaned_data
                channel = typed["channel"]
                explained = explain(environment, key, typed["attributes"], channel=channel, actor=actor, now=now)
            except Refusal as refused:  # no preview, or the draft has no such flag
                refusal, status = refused, refused.status
    counts = counts_of(environment, key, now)
    errors = sum(day.get("", 0) for day in counts.days.values())
    in_draft = ""
    if actor.may(EDIT):
        in_draft = f"{reverse('toolbox-draft', args=[environment.application.key])}#/featureFlags/{key}"
    return render(
        request,
        "frontend/control/flag.html",
        key,
        section="flags",
        environment=environment,
        status=status,
        head=found.head,
        flag=facts,
        state=STATES[facts.effective_state],
        sentences=list(sentences(facts.source)),
        variants=variants_of(facts),
        button=switch_of(actor, found, key, facts),
        in_draft=in_draft,
        bars=bars(counts, facts.source, now.date()),
        counts=counts,
        failed=errors,
        untold=UNTOLD,
        form=form,
        explained=explained,
        look=LOOKS.get(explained.explanation.evaluation.reason, "g") if explained else "",
        refusal=refusal,
        now=now,
    )
