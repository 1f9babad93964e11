"""``manage.py withdraw``: withdraw the preview."""

from __future__ import annotations

from configs import actions
from configs.drafts import version_of
from icontrol.kernel.texts import both
from releases.management.base import ActionCommand
from releases.serialization.versions import show_version


class Command(ActionCommand):
    help = "Withdraws the preview; its number is never used again."
    takes = ("application", "reason")

    def run(self) -> None:
        application = self.application()
        version = actions.withdraw(
            application,
            version_of(application, "preview").version,
            reason=self.options["reason"],
            actor=self.actor,
            now=self.now,
        )
        said = both(
            "{version} is withdrawn; {application} has no preview now.",
            version=version.version,
            application=application.key,
        )
        self.answer(show_version(version), [said])
