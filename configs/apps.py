from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from configs import triggers
from configs.states import MOVES

TABLE = "configs_configversion"
#: Never changes once a version has left the draft state.
FROZEN = (
    "id",
    "application_id",
    "version",
    "snapshot",
    "digest",
    "extra_schema",
    "based_on_id",
    "edits",
    "created_at",
    "created_by",
    "edited_at",
    "edited_by",
)
#: May be set once: from nothing to something.
SET_ONCE = ("previewed_at", "published_at", "withdrawn_at")


def version_triggers() -> list[triggers.Trigger]:
    moves = " OR ".join(f"(OLD.state = '{a}' AND NEW.state = '{b}')" for a, _, b in MOVES)
    frozen = " OR ".join(f"(NEW.{column} IS DISTINCT FROM OLD.{column})" for column in FROZEN)
    once = " OR ".join(
        f"(OLD.{column} IS NOT NULL AND (NEW.{column} IS DISTINCT FROM OLD.{column}))" for column in SET_ONCE
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
        triggers.Trigger("configs_version_kept", TABLE, "DELETE", "config versions are never deleted"),
        triggers.Trigger("configs_version_no_truncate", TABLE, "TRUNCATE", "config versions are never deleted"),
    ]


class ConfigsConfig(AppConfig):
    name = "configs"
    verbose_name = "Configurations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from configs import codes  # noqa: F401  (fills the catalogue of refusals)

        triggers.register(self.label, *version_triggers())
        post_migrate.connect(triggers.on_post_migrate, sender=self, dispatch_uid="configs.triggers")
