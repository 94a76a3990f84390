# The telephone of the committee, posted publicly.

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0004_lists_brought"),
    ]

    operations = [
        migrations.AddField("community", "phone", models.CharField(blank=True, default="", max_length=30), preserve_default=False),
    ]
