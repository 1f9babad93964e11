"""What is stored about flags besides the config: how often they were evaluated."""

from __future__ import annotations

from django.db import models

from releases.models import Environment

#: Not a valid variant name.
UNTOLD = "?"


class Usage(models.Model):
    """How often a variant was served in one hour. Counted in memory and added up here (:mod:`flags.usage`).

    ``hour``: whole hours since 1970-01-01 UTC. ``variant``: empty for a damaged flag without a variant to serve;
    :data:`UNTOLD` where a client reported only that the flag was on.
    """

    pk = models.CompositePrimaryKey("environment_id", "flag", "variant", "hour")
    # No constraint: checking it would lock the environment's row, which publishing needs. Ledgers prevent the deletion
    # of environments.
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    flag = models.CharField(max_length=128)
    variant = models.CharField(max_length=128, blank=True)
    hour = models.PositiveIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        # Housekeeping finds old rows by the hour alone.
        indexes = [models.Index(fields=["hour"], name="usage_by_hour")]

    def __str__(self) -> str:
        return f"{self.flag}={self.variant} {self.hour}: {self.count}"
