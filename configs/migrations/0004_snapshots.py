"""Contents move to a table of their own, each once."""

import zlib

import django.db.models.deletion
from django.db import migrations, models

from icontrol.kernel import triggers

HAVE_CONTENT = ("ConfigVersion", "HistoricalConfigVersion")


def lift_triggers(apps, schema_editor):
    """They name columns that go; ``post_migrate`` installs those of today."""
    triggers.remove(schema_editor.connection, triggers.REGISTRY["configs"])


def store_once(apps, schema_editor):
    snapshots = apps.get_model("configs", "Snapshot").objects
    for name in HAVE_CONTENT:
        rows = apps.get_model("configs", name).objects.order_by()
        for digest in list(rows.values_list("content", flat=True).distinct()):
            if not snapshots.filter(pk=digest).exists():
                text = rows.filter(content=digest).values_list("snapshot", flat=True)[0]
                snapshots.create(digest=digest, deflated=zlib.compress(text.encode(), 1))


class Migration(migrations.Migration):
    dependencies = [
        ("configs", "0003_no_retired_flags"),
    ]

    operations = [
        migrations.RunPython(lift_triggers, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("deflated", models.BinaryField()),
            ],
        ),
        migrations.RenameField("configversion", "digest", "content"),
        migrations.RenameField("historicalconfigversion", "digest", "content"),
        migrations.RunPython(store_once, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="configversion",
            name="content",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="configs.snapshot"
            ),
        ),
        migrations.AlterField(
            model_name="historicalconfigversion",
            name="content",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="configs.snapshot",
            ),
        ),
        migrations.RemoveField("configversion", "snapshot"),
        migrations.RemoveField("historicalconfigversion", "snapshot"),
    ]
