"""Prometheus metrics, computed at each scrape. Those of the ledger are the same on all nodes and after restarts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from icontrol import __version__
from icontrol.kernel.background import background
from releases.models import Environment, Release, Timestamp

LABELS = ["application", "environment"]


class LedgerCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("icontrol_build_info", "Version of the server.", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        serial = GaugeMetricFamily("icontrol_release_serial", "Serial of the newest release.", labels=LABELS)
        at = GaugeMetricFamily("icontrol_release_timestamp_seconds", "When it was appended.", labels=LABELS)
        newest = Release.objects.filter(environment=OuterRef("pk")).order_by("-serial")
        rows = Environment.objects.annotate(
            serial=Subquery(newest.values("serial")[:1]), at=Subquery(newest.values("created_at")[:1])
        ).values_list("application__key", "key", "serial", "at")
        for application, environment, number, when in rows:
            serial.add_metric([application, environment], number or 0)
            if when is not None:
                at.add_metric([application, environment], when.timestamp())
        yield serial
        yield at
        backup = GaugeMetricFamily(
            "icontrol_backup_last_success_timestamp_seconds", "When the last backup was made; 0: never."
        )
        last = Timestamp.objects.filter(name=Timestamp.BACKED_UP).values_list("at", flat=True).first()
        backup.add_metric([], last.timestamp() if last else 0)
        yield backup


#: Apps above this one add their collectors when they are ready.
COLLECTORS: list[Collector] = [LedgerCollector(), background]


def exposition() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    for collector in COLLECTORS:
        registry.register(collector)
    return generate_latest(registry)
