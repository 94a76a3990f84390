from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from benchmarks.bare.models import Row


@require_POST
def insert(request: HttpRequest) -> HttpResponse:
    with transaction.atomic():
        row = Row.objects.create(words=request.POST["words"], at=dt.datetime.now(dt.UTC))
    return HttpResponse(str(row.pk))


urlpatterns = [path("insert/", insert)]
