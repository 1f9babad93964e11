from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_save

from icontrol.kernel import triggers

TABLE = "releases_release"


def ledger_triggers() -> list[triggers.Trigger]:
    return [
        triggers.Trigger("releases_no_update", TABLE, "UPDATE", "the ledger is append-only"),
        triggers.Trigger("releases_no_delete", TABLE, "DELETE", "the ledger is append-only"),
        triggers.Trigger("releases_no_truncate", TABLE, "TRUNCATE", "the ledger is append-only", vendor="postgresql"),
        # SQLite's OR REPLACE deletes the row that is in the way without asking the DELETE trigger.
        triggers.Trigger(
            "releases_not_replaced",
            TABLE,
            "INSERT",
            "the ledger is append-only",
            f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)",
            vendor="sqlite",
        ),
        triggers.Trigger(
            "releases_next_serial",
            TABLE,
            "INSERT",
            "a release follows the newest one of its environment",
            f"NEW.serial <> 1 + COALESCE((SELECT MAX(serial) FROM {TABLE} "
            "WHERE environment_id = NEW.environment_id), 0)",
        ),
    ]


def audit_triggers() -> list[triggers.Trigger]:
    """Rows younger than a year cannot be deleted; older ones are removed by housekeeping."""
    table, message = "releases_auditevent", "the audit is append-only"
    young = {"sqlite": "OLD.at > datetime('now', '-365 days')", "postgresql": "OLD.at > now() - interval '365 days'"}
    return [
        triggers.Trigger("audit_no_update", table, "UPDATE", message),
        *(
            triggers.Trigger(f"audit_no_delete_{vendor}", table, "DELETE", message, condition, vendor=vendor)
            for vendor, condition in young.items()
        ),
        triggers.Trigger("audit_no_truncate", table, "TRUNCATE", message, vendor="postgresql"),
        triggers.Trigger(
            "audit_not_replaced",
            table,
            "INSERT",
            message,
            f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
            vendor="sqlite",
        ),
    ]


def _login_is_no_edit(sender: Any, instance: Any, update_fields: Any = None, **_: Any) -> None:
    """Django writes ``last_login`` at each login; that is not an edit of the account."""
    if update_fields is not None and set(update_fields) == {"last_login"}:
        instance.skip_history_when_saving = True


class ReleasesConfig(AppConfig):
    name = "releases"
    verbose_name = "Releases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model

        from icontrol.kernel import problem_json
        from releases import checks, codes, news  # noqa: F401
        from releases.access import audit, throttle
        from releases.access.groups import sync_groups
        from releases.api.remedies import NEXT
        from releases.delivery import live, polls
        from releases.ledger import checkpoints
        from releases.metrics import COLLECTORS

        problem_json.NEXT.update(NEXT)
        # Listeners after a release, in this order.
        news.LISTENERS[:] = [live.committed, news.note, checkpoints.committed]
        COLLECTORS.extend([polls.by_version, polls.by_tenant])
        throttle.connect()
        audit.connect()
        triggers.register(self.label, *ledger_triggers(), *audit_triggers())
        post_migrate.connect(triggers.on_post_migrate, sender=self, dispatch_uid="releases.triggers")
        post_migrate.connect(sync_groups, sender=self, dispatch_uid="releases.groups")
        pre_save.connect(_login_is_no_edit, sender=get_user_model(), dispatch_uid="releases.last_login")
