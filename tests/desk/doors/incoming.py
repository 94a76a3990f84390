"""Mail, lists, forgetting."""

from __future__ import annotations

from linli.desk.common import clock
from linli.desk.matters.models import Hold, Mail, Mailbox, MatterList
from tests.desk.doors import D, K, Who, a_matter
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "incoming:mailbox": {D},
    "incoming:lists": {D, K},
    "incoming:pattern": {D, K},
    "incoming:list": {D, K},
    "incoming:forgetting": {D},
}
POSTED: dict[str, Who] = {
    "incoming:try": {D},
    "incoming:again": {D},
    "incoming:drop": {D, K},
    "incoming:undo": {D, K},
    "incoming:lift": {D},
}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    community, now = office.community, clock.now()
    Mailbox.objects.create(
        community=community, host="imap.example.com", username="post@example.com", password="x", due_at=now, looked_at=now,
        problem="login", failures=2,
    )  # fmt: skip
    mail = Mail.objects.create(
        community=community, generation=1, uid_validity=1, uid=1, state="aside", reason="many", at=now
    )
    told = {
        "line": 2, "category": "other", "words": "楼道里有异响", "place": "三号楼", "lon": 120.011, "lat": 30.005,
        "name": "张三", "phone": "13812345678",
    }  # fmt: skip
    shown = MatterList.objects.create(
        community=community, digest="0" * 64, name="纸质台账.csv", rows=[told], line_count=1, by="account:1",
        by_name="王", at=now,
    )  # fmt: skip
    hold = Hold.objects.create(
        community=community, matter=a_matter(office), until=now.replace(year=now.year + 1), reason="争议", by="account:1",
        by_name="王", at=now,
    )  # fmt: skip
    return {
        "incoming:again": [mail.pk],
        "incoming:list": [shown.pk],
        "incoming:drop": [shown.pk],
        "incoming:undo": [shown.pk],
        "incoming:lift": [hold.pk],
    }


def screens(office: Office) -> dict[str, tuple[str, str]]:
    community, now = office.community, clock.now()
    taken = MatterList.objects.create(
        community=community, digest="1" * 64, name="a-long-name-of-a-file-as-cameras-and-systems-make-them-20261124.csv",
        line_count=1, by="account:1", by_name="王", at=now, taken_at=now, state="taken", matter_ids=[a_matter(office).pk],
    )  # fmt: skip
    here = f"/c/{community.slug}/desk/incoming/"
    return {
        "incoming: a list taken in": (f"{here}lists/{taken.pk}/", D),
        "incoming: keep one longer": (f"{here}forgetting/?code=26-00001", D),
    }
