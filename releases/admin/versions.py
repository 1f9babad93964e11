"""Config versions: list, detail with the difference from what is live, history, and the five actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from configs import history, states
from configs.models import Application, ConfigVersion
from configs.policies import check_permission
from icontrol.kernel.actors import EDIT
from icontrol.kernel.localized import localized_lazy, text_lazy
from icontrol.kernel.texts import Text
from releases.admin import buttons
from releases.admin.base import Fact, HouseAdmin, ReadOnlyAdmin
from releases.admin.buttons import address, page_of
from releases.models import Release
from releases.pages import facts, histories, markup
from releases.pages.facts import Difference
from releases.pages.offered import LABELS, Button
from releases.pages.version_actions import Publish, Restore, Rollback, SendToPreview, VersionActionPage, Withdraw

ACTION_PAGES: dict[str, tuple[type[VersionActionPage], Any]] = {
    "preview": (SendToPreview, LABELS["preview"][0]),
    "publish": (Publish, text_lazy("Publish")),
    "rollback": (Rollback, LABELS["rollback"][0]),
    "withdraw": (Withdraw, LABELS["withdraw"][0]),
    "restore": (Restore, LABELS["revert"][0]),
}
LATEST = 10


class StateFilter(admin.SimpleListFilter):
    title = text_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, localized_lazy(text)) for state, text in states.STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(state=self.value()) if self.value() in states.STATES else queryset


def _list_action(name: str) -> Callable[[Any, HttpRequest, QuerySet], HttpResponse | None]:
    """Leads from the list to the confirmation page; the list action itself changes nothing."""

    def choose(model_admin: HouseAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        chosen = list(queryset.values_list("pk", flat=True)[:2])
        if len(chosen) == 1:
            return HttpResponseRedirect(address(f"configs_configversion_{name}", chosen[0]))
        messages.warning(request, str(text_lazy("Choose exactly one version.")))
        return None

    choose.__name__ = f"move_{name}"
    choose.short_description = ACTION_PAGES[name][1]  # type: ignore[attr-defined]
    return choose


#: The admin moves versions but does not edit them.
EDITED_BY = text_lazy(
    "In a shell: manage.py set for a field, import_config for a file. Over HTTP: /api/config/draft, see API above."
)


class ConfigVersionAdmin(ReadOnlyAdmin):
    list_display = ("version", "shown_state", "where_live", "shown_digest", "created", "published")
    list_display_links = ("version",)
    list_filter = (StateFilter,)
    lookups = ("state", "application__id__exact")
    search_fields = ("version", "content__digest", "created_by", "published_by")
    actions = [_list_action(name) for name in ACTION_PAGES]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Drafts, previews and withdrawn versions are for editors."""
        found = super().get_queryset(request).select_related("application")
        return found if self.actor(request).may(EDIT) else found.filter(state=states.PUBLISHED)

    def find(self, request: HttpRequest, object_id: Any) -> ConfigVersion:
        try:
            found: ConfigVersion = super().find(request, object_id)
        except Http404:
            check_permission(self.actor(request), EDIT)  # it may exist, but not for this person
            raise
        return found

    # List ----------------------------------------------------------------------------------------------------------

    def get_list_display(self, request: HttpRequest) -> Any:
        several = Application.objects.count() > 1
        return (*self.list_display[:1], "application", *self.list_display[1:]) if several else self.list_display

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (*self.list_filter, "application")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        live = facts.live_in()
        changelist.result_list = changelist.result_list.defer("extra_schema")
        for version in changelist.result_list:
            version.live_in = live.get(version.pk, [])
        return changelist

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actor = self.actor(request)
        allowed = {f"move_{name}" for name, (move, _) in ACTION_PAGES.items() if actor.may(move.permission)}
        return {name: action for name, action in super().get_actions(request).items() if name in allowed}

    @admin.display(description=text_lazy("state"), ordering="state")
    def shown_state(self, version: ConfigVersion) -> SafeString:
        return markup.state_chip(version.state)

    @admin.display(description=text_lazy("live in"))
    def where_live(self, version: Any) -> SafeString | str:
        return markup.live_chips(version.live_in)

    @admin.display(description=text_lazy("digest"))
    def shown_digest(self, version: ConfigVersion) -> SafeString:
        return markup.digest(version.digest)

    @admin.display(description=text_lazy("created"), ordering="created_at")
    def created(self, version: ConfigVersion) -> SafeString | str:
        return markup.by_and_when(version.created_by, version.created_at)

    @admin.display(description=text_lazy("published"), ordering="published_at")
    def published(self, version: ConfigVersion) -> SafeString | str:
        return markup.by_and_when(version.published_by, version.published_at)

    # Detail --------------------------------------------------------------------------------------------------------

    def title_of(self, version: ConfigVersion) -> str:
        return version.version

    def facts(self, request: HttpRequest, version: ConfigVersion) -> list[Fact]:
        steps = (
            (text_lazy("Created"), version.created_by, version.created_at),
            (text_lazy("Last edit"), version.edited_by, version.edited_at),
            (text_lazy("Preview"), version.previewed_by, version.previewed_at),
            (text_lazy("First published"), version.published_by, version.published_at),
            (text_lazy("Withdrawn"), version.withdrawn_by, version.withdrawn_at),
        )
        base = version.based_on
        releases = Release.objects.filter(config_version=version).select_related("environment")
        latest = releases.order_by("-pk")[:LATEST]
        return [
            Fact(text_lazy("State"), markup.state_chip(version.state)),
            Fact(text_lazy("Live in"), markup.live_chips(facts.live_in().get(version.pk, []))),
            Fact(text_lazy("Application"), version.application.key),
            Fact(text_lazy("Digest"), markup.digest(version.digest, full=True)),
            Fact(text_lazy("Based on"), buttons.link(base, base.version) if base else "–"),
            *(Fact(label, markup.by_and_when(who, at, full=True)) for label, who, at in steps if at),
            *([Fact(text_lazy("To edit it"), EDITED_BY)] if version.state == states.DRAFT else []),
            Fact(
                text_lazy("Releases"),
                format_html_join(
                    ", ",
                    '<a href="{}">{} {}</a>',
                    ((page_of(release), release.environment.key, markup.number(release.serial)) for release in latest),
                )
                or "–",
            ),
        ]

    def buttons(self, request: HttpRequest, version: ConfigVersion) -> list[Button]:
        label = text_lazy("In the control plane")
        environments = facts.environments_of(version.application_id)
        return [buttons.in_control("version", label, environment, version.version) for environment in environments[:1]]

    # History -------------------------------------------------------------------------------------------------------

    def history_rows(self, request: HttpRequest, obj: Any) -> Any:
        """Draft contents are for editors, even if removed before publishing."""
        rows = super().history_rows(request, obj).select_related("content")
        return rows if self.actor(request).may(EDIT) else rows.filter(state=states.PUBLISHED)

    def older(self, request: HttpRequest, rows: Any, record: Any) -> Any:
        """A version's first entry is compared with the frozen version that it was opened from."""
        found = super().older(request, rows, record)
        if found is None and record.based_on_id is not None:
            found = ConfigVersion.objects.get(pk=record.based_on_id)
            if found.state != states.PUBLISHED and not self.actor(request).may(EDIT):
                return None
        return found

    def changes_between(self, older: Any, newer: Any) -> Difference:
        return histories.content_changes(older, newer, facts.IN_HISTORY)

    def alone(self, older: Any, record: Any) -> Text | None:
        return histories.alone(older, record)

    def entry_button(self, request: HttpRequest, version: ConfigVersion, record: Any) -> Button | None:
        if record.state != states.DRAFT or not self.actor(request).may(EDIT):
            return None
        url = address("configs_configversion_restore_entry", version.pk, record.history_id)
        return Button(ACTION_PAGES["restore"][1], url)

    # Moves ---------------------------------------------------------------------------------------------------------

    def pages(self) -> list[tuple[str, Callable[..., HttpResponse], str]]:
        return [
            *((f"<int:pk>/{name}/", self._serve(move), name) for name, (move, _) in ACTION_PAGES.items()),
            ("<int:pk>/history/<int:entry>/restore/", self.restore_entry, "restore_entry"),
        ]

    def _serve(self, move: type[VersionActionPage]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            check_permission(self.actor(request), move.permission)
            return move(self, request, self.find(request, pk)).serve()

        return view

    def restore_entry(self, request: HttpRequest, pk: int, entry: int) -> HttpResponse:
        check_permission(self.actor(request), EDIT)
        version = self.find(request, pk)
        return Restore(self, request, version, history.entry(version.application, entry)).serve()
