"""``manage.py preview``: freeze the draft as the preview."""

from __future__ import annotations

from configs import actions
from configs.drafts import draft_of
from icontrol.kernel.texts import both
from releases.management.base import ActionCommand
from releases.serialization.versions import show_version


class Command(ActionCommand):
    help = "Sends the draft to preview; the older preview is withdrawn, and editing goes on in the next draft."
    takes = ("application", "reason")

    def run(self) -> None:
        application = self.application()
        version = actions.send_to_preview(
            application,
            read={draft_of(application).revision},
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        said = both(
            "{version} is the preview of {application}; the draft is {draft} now.",
            version=version.version,
            application=application.key,
            draft=draft_of(application).version,
        )
        self.answer({**show_version(version), "snapshot": version.document}, [said])
