from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Messages that were given up, or have no gateway, are counted by whoever watches the desk."""

    dependencies = [("common", "0002_calendar_uploads_search")]
    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                name="messages_stuck",
                fields=["created_at"],
                condition=models.Q(state__in=["dead", "no_gateway"]),
            ),
        ),
    ]
