from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def own(model):
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("places", "0001_communities_and_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(blank=True, max_length=500)),
                ("account", own(settings.AUTH_USER_MODEL)),
                ("community", own("places.community")),
            ],
            options={
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("community", "account", "name"), name="saved_view_has_its_own_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("about", models.CharField(max_length=40)),
                ("seen_at", models.DateTimeField(db_index=True)),
                ("account", own(settings.AUTH_USER_MODEL)),
                ("community", own("places.community")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("community", "about", "account"), name="presence_is_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplyTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verb", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=60)),
                ("text", models.TextField(max_length=2000)),
                ("community", own("places.community")),
            ],
            options={
                "ordering": ["verb", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("community", "verb", "name"), name="reply_has_its_own_name")
                ],
            },
        ),
    ]
