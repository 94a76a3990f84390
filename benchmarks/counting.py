"""Which of these requests (their keys on standard input) are a matter once all that waits has been seen to; how many twice."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.db.models import Count  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402

from linli.desk.common import tokens  # noqa: E402
from linli.desk.matters.actions import settle  # noqa: E402
from linli.desk.matters.models import Matter, Slip  # noqa: E402
from linli.desk.places.models import Community  # noqa: E402


def main() -> None:
    keys = sys.stdin.read().split()
    with scopes_disabled():
        for slip in Slip.objects.select_related("community").order_by("pk").iterator(chunk_size=100):
            settle(slip=slip)
        [community] = Community.objects.all()
        codes = [tokens.follow_code_of(f"{community.pk}:{key}") for key in keys]
        digests = [tokens.digest(code, "follow") for code in codes]
        found = set(Matter.objects.values_list("follow_digest", flat=True))
        # Each report's words are its own.
        again = (
            Matter.objects.exclude(source="worker")
            .filter(words__regex="^[^ ,，。]{24}$")
            .order_by()
            .values("words")
        )
        twice = again.annotate(times=Count("pk")).filter(times__gt=1).count()
    print(json.dumps({"lost": sum(digest not in found for digest in digests), "doubled": twice}))


main()
