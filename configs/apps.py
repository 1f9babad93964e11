from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from configs.states import DRAFT, FROZEN, PREVIEW, SET_ONCE, TRANSITIONS
from icontrol.kernel import triggers

TABLE = "configs_configversion"
KEPT = "config versions are never deleted"
IN_THE_WAY = "a config version never takes the place of another"


def version_triggers() -> list[triggers.Trigger]:
    moves = " OR ".join(f"(OLD.state = '{a}' AND NEW.state = '{b}')" for a, _, b in TRANSITIONS)
    frozen = " OR ".join(_changes(column) for column in FROZEN)
    once = " OR ".join(
        f"(OLD.{name}_at IS NOT NULL AND ({_changes(f'{name}_at')} OR {_changes(f'{name}_by')}))" for name in SET_ONCE
    )
    return [
        triggers.Trigger(
            "configs_version_frozen",
            TABLE,
            "UPDATE",
            "a config version never changes once it has left the draft state",
            f"OLD.state <> 'draft' AND ({frozen} OR {once})",
        ),
        triggers.Trigger(
            "configs_version_moves",
            TABLE,
            "UPDATE",
            "a config version does not move like this",
            f"NEW.state <> OLD.state AND NOT ({moves})",
        ),
        triggers.Trigger("configs_version_kept", TABLE, "DELETE", KEPT),
        triggers.Trigger("configs_version_no_truncate", TABLE, "TRUNCATE", KEPT, vendor="postgresql"),
        # SQLite's OR REPLACE deletes the row that is in the way without asking the DELETE trigger.
        triggers.Trigger(
            "configs_version_not_replaced", TABLE, "INSERT", IN_THE_WAY, _in_the_way("-1"), vendor="sqlite"
        ),
        triggers.Trigger(
            "configs_version_not_ousted", TABLE, "UPDATE", IN_THE_WAY, _in_the_way("OLD.id"), vendor="sqlite"
        ),
    ]


def snapshot_triggers() -> list[triggers.Trigger]:
    table, same = "configs_snapshot", "a stored content never changes"
    in_use = " OR ".join(
        f"EXISTS (SELECT 1 FROM {users} WHERE content_id = OLD.digest)"
        for users in (TABLE, "configs_historicalconfigversion")
    )
    there = f"EXISTS (SELECT 1 FROM {table} WHERE digest = NEW.digest)"
    return [
        triggers.Trigger("configs_snapshot_frozen", table, "UPDATE", same),
        triggers.Trigger("configs_snapshot_kept", table, "DELETE", "a content that is in use is never deleted", in_use),
        triggers.Trigger("configs_snapshot_no_truncate", table, "TRUNCATE", same, vendor="postgresql"),
        triggers.Trigger("configs_snapshot_not_replaced", table, "INSERT", same, there, vendor="sqlite"),
    ]


def _changes(column: str) -> str:
    return f"(NEW.{column} IS DISTINCT FROM OLD.{column})"


def _in_the_way(itself: str) -> str:
    """Another row has the same unique value: one SQL term per unique index, so that each term can use its index."""
    same = [
        "id = NEW.id",
        "application_id = NEW.application_id AND version = NEW.version",
        *(
            f"NEW.state = '{state}' AND state = '{state}' AND application_id = NEW.application_id"
            for state in (DRAFT, PREVIEW)
        ),
    ]
    return " OR ".join(f"EXISTS (SELECT 1 FROM {TABLE} WHERE {term} AND id <> {itself})" for term in same)


class ConfigsConfig(AppConfig):
    name = "configs"
    verbose_name = "Configurations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from configs import codes  # noqa: F401  (fills the catalogue of refusals)

        triggers.register(self.label, *version_triggers(), *snapshot_triggers())
        post_migrate.connect(triggers.on_post_migrate, sender=self, dispatch_uid="configs.triggers")
