from __future__ import annotations

from django.db import models


class Row(models.Model):
    words = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.words
