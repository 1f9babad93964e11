"""What is kept about flags beside the config: how often they were evaluated."""

from __future__ import annotations

from django.db import models

from releases.models import Environment

#: No variant can be called like this.
UNTOLD = "?"


class Usage(models.Model):
    """How often a variant was served in one hour. Counted in memory and added up here (:mod:`flags.usage`).

    ``hour``: whole hours since 1970-01-01 UTC. ``variant``: empty for a damaged flag that has none to serve;
    :data:`UNTOLD` where a client only told that the flag was on.
    """

    pk = models.CompositePrimaryKey("environment_id", "flag", "variant", "hour")
    # Without a constraint: checking it would lock the environment's row, which publishing needs. Ledgers keep
    # environments from being deleted.
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    flag = models.CharField(max_length=128)
    variant = models.CharField(max_length=128, blank=True)
    hour = models.PositiveIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        # What is too old is found by the hour alone.
        indexes = [models.Index(fields=["hour"], name="usage_by_hour")]

    def __str__(self) -> str:
        return f"{self.flag}={self.variant} {self.hour}: {self.count}"


class Flags(Environment):
    """The flags of an environment: what the admin's pages of flags hang on. No table of its own."""

    class Meta:
        proxy = True
        default_permissions = ()
