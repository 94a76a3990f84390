"""The calendar, uploads, limits, search."""

from __future__ import annotations

import django.db.models.deletion
import uuid
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from linli.desk.common import search_index


def install_search(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    search_index.install(schema_editor.connection)


def remove_search(_apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    search_index.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_ledger_receipts_outbox"),
        ("places", "0001_communities_and_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("tokens", models.FloatField()),
                ("at_s", models.FloatField()),
                ("full_at_s", models.FloatField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                ("working", models.BooleanField()),
                ("name", models.CharField(blank=True, max_length=100)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.community"
                    ),
                ),
            ],
            options={
                "ordering": ["community", "date"],
                "constraints": [
                    models.UniqueConstraint(fields=("community", "date"), name="calendar_day_is_its_own")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("object_id", models.PositiveBigIntegerField()),
                ("tokens", models.TextField()),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.community"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("community", "kind", "object_id"), name="search_entry_is_its_own"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4)),
                (
                    "kind",
                    models.CharField(
                        choices=[("photo", "Photo"), ("voice", "Voice"), ("file", "File")], max_length=5
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("media_type", models.CharField(max_length=50)),
                ("created_at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
                ("about", models.CharField(blank=True, max_length=80)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("purged_at", models.DateTimeField(null=True)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.community"
                    ),
                ),
            ],
            options={
                "ordering": ["community", "pk"],
                "indexes": [
                    models.Index(fields=["community", "about"], name="uploads_by_thing"),
                    models.Index(
                        condition=models.Q(("about", ""), ("deleted_at__isnull", True)),
                        fields=["created_at"],
                        name="uploads_unclaimed",
                    ),
                    models.Index(
                        condition=models.Q(("deleted_at__isnull", False), ("purged_at__isnull", True)),
                        fields=["deleted_at"],
                        name="uploads_to_purge",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("community", "key"), name="upload_key_is_its_own"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["photo", "voice", "file"])),
                        name="upload_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("purged_at__isnull", True), ("deleted_at__isnull", False), _connector="OR"
                        ),
                        name="upload_goes_after_it_is_deleted",
                    ),
                ],
            },
        ),
        migrations.RunPython(install_search, remove_search),
    ]
