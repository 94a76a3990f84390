# Messages that staff find on their pages too, until they have read them.

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0003_stuck_messages"),
    ]

    operations = [
        migrations.AddField("message", "reader", models.CharField(blank=True, default="", max_length=80), preserve_default=False),
        migrations.AddField("message", "read_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "message",
            models.Index(
                condition=~Q(reader="") & Q(read_at__isnull=True),
                fields=["reader", "created_at"],
                name="messages_unread",
            ),
        ),
    ]
