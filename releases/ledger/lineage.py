"""Compares the ancestry of config versions with what an environment has released and rolled back."""

from __future__ import annotations

from django.db import connection
from django.db.models import Exists, F, OuterRef

from configs import states
from configs.models import ConfigVersion
from releases.models import Environment, Release

ANCESTORS = """
WITH RECURSIVE line(id, based_on_id) AS (
    SELECT id, based_on_id FROM configs_configversion WHERE id = %s
    UNION
    SELECT v.id, v.based_on_id FROM configs_configversion v JOIN line ON v.id = line.based_on_id
) SELECT id FROM line
"""


def ancestry(version: ConfigVersion) -> set[int]:
    """Primary keys of the version and all its ancestors."""
    with connection.cursor() as cursor:
        cursor.execute(ANCESTORS, [version.pk])
        return {row[0] for row in cursor.fetchall()}


def lineage(environment: Environment, candidate: ConfigVersion, live: ConfigVersion | None) -> tuple[bool, list[str]]:
    """(does the candidate's ancestry lack the live version?, rolled-back versions in it).

    Only ancestors that the live version does not have count: for the others a publish was already confirmed.
    """
    if live is None or candidate.pk == live.pk:
        return False, []
    if candidate.based_on_id == live.pk and candidate.state != states.PUBLISHED:
        return False, []  # the usual case, for any length of the ledger: it was never live, so never rolled back
    mine = ancestry(candidate)
    taken_back = (
        Release.objects.filter(environment=environment, config_version__in=mine - ancestry(live))
        .filter(
            Exists(
                Release.objects.filter(
                    environment=environment, serial=OuterRef("serial") + 1, kind__in=("rollback", "undo")
                ).exclude(config_version=OuterRef("config_version"))
            )
        )
        .values_list(F("config_version__version"), flat=True)
        .distinct()
    )
    return live.pk not in mine, sorted(taken_back)
