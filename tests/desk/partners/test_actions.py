"""Keys, terms, and who may touch them."""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import connection
from django_scopes import scope

from linli.desk.common import ledger
from linli.desk.common.models import LedgerEntry
from linli.desk.partners import actions
from linli.desk.partners.models import ApiKey, OpenTerms
from linli.desk.partners.queries import api_key_of, licence_of, machine
from linli.desk.people.access import ForbiddenError
from linli.desk.people.errors import RefusedError
from linli.desk.people.models import Role
from tests.desk.people.conftest import Office, make_office


def test_key_is_found_by_its_secret_and_kept_as_a_digest(office: Office) -> None:
    row, secret = actions.make_key(by=office.actor("director"), name=" 市民  热线 ", scope="write")
    assert secret.startswith("linli_")
    assert len(secret) > 40
    assert (row.name, row.hint, row.may_write) == ("市民 热线", secret[-4:], True)
    assert api_key_of(community=office.community, secret=secret) == row
    assert api_key_of(community=office.community, secret=secret + "x") is None
    assert api_key_of(community=office.community, secret="") is None
    with connection.cursor() as cursor:
        for table in ("partners_apikey", "common_ledgerentry", "common_receipt"):
            cursor.execute(f"SELECT * FROM {table}")
            assert secret not in repr(cursor.fetchall())


def test_key_of_another_community_is_none_here(office: Office) -> None:
    next_door = make_office("river")
    with scope(community=next_door.community):
        _row, secret = actions.make_key(by=next_door.actor("director"), name="x", scope="read")
    assert api_key_of(community=office.community, secret=secret) is None


def test_same_request_makes_one_key_whose_secret_is_told_once(office: Office) -> None:
    by, key = office.actor("director"), uuid.uuid4()
    first, secret = actions.make_key(by=by, name="x", scope="read", key=key)
    again, nothing = actions.make_key(by=by, name="x", scope="read", key=key)
    assert (again, nothing) == (first, "")
    assert secret
    assert ApiKey.objects.count() == 1


def test_revoked_key_is_none(office: Office) -> None:
    by = office.actor("director")
    row, secret = actions.make_key(by=by, name="x", scope="read")
    actions.revoke_key(by=by, api_key=row)
    actions.revoke_key(by=by, api_key=row)
    assert api_key_of(community=office.community, secret=secret) is None
    assert LedgerEntry.objects.filter(event="api_key.revoked").count() == 1
    assert ledger.verify(community=office.community) == []


@pytest.mark.parametrize("role", [role.value for role in Role if role != Role.DIRECTOR])
def test_nobody_but_the_director_connects_anything(office: Office, role: str) -> None:
    row, _secret = actions.make_key(by=office.actor("director"), name="x", scope="read")
    webhook = actions.make_webhook(
        by=office.actor("director"), name="x", url="https://example.com/", events=["matter.received"]
    )
    by = office.actor(role)
    for act in (
        lambda: actions.make_key(by=by, name="x", scope="read"),
        lambda: actions.revoke_key(by=by, api_key=row),
        lambda: actions.make_webhook(by=by, name="x", url="https://example.com/", events=["matter.received"]),
        lambda: actions.try_webhook(by=by, webhook=webhook),
        lambda: actions.enable_webhook(by=by, webhook=webhook),
        lambda: actions.disable_webhook(by=by, webhook=webhook),
        lambda: actions.remove_webhook(by=by, webhook=webhook),
        lambda: actions.change_secret(by=by, webhook=webhook),
        lambda: actions.retry_delivery(by=by, webhook=webhook, delivery=1),
        lambda: actions.set_terms(by=by, licence="CC0-1.0"),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_director_next_door_touches_nothing_here(office: Office) -> None:
    next_door = make_office("river")
    with scope(community=next_door.community):
        by = next_door.actor("director")
    row, _secret = actions.make_key(by=office.actor("director"), name="x", scope="read")
    with pytest.raises(ForbiddenError):
        actions.revoke_key(by=by, api_key=row)
    with pytest.raises(ForbiddenError):
        actions.make_webhook(
            by=by, name="x", url="https://example.com/", events=["matter.received"], api_key=row
        )


def test_machine_may_report_and_nothing_else(office: Office) -> None:
    row, _secret = actions.make_key(by=office.actor("director"), name="x", scope="write")
    actor = machine(row, office.community)
    assert not actor.is_staff
    assert actor.may("matters.receive")
    for permission in (
        "matters.see",
        "matters.assign",
        "matters.note",
        "residents.contact",
        "staff.see",
        "desk.see",
        "partners.see",
    ):
        assert not actor.may(permission), permission


@pytest.mark.parametrize(("name", "scope_"), [("", "read"), ("x" * 61, "read"), ("x", "all")])
def test_key_without_a_name_or_a_scope_is_refused(office: Office, name: str, scope_: str) -> None:
    with pytest.raises(RefusedError):
        actions.make_key(by=office.actor("director"), name=name, scope=scope_)


def test_licence_is_the_committees_to_state(office: Office) -> None:
    assert licence_of(office.community) == ""
    actions.set_terms(by=office.actor("director"), licence="CC-BY-4.0")
    actions.set_terms(by=office.actor("director"), licence="CC0-1.0")
    assert licence_of(office.community) == "CC0-1.0"
    assert OpenTerms.objects.count() == 1
    with pytest.raises(RefusedError):
        actions.set_terms(by=office.actor("director"), licence="mine")
    last = LedgerEntry.objects.filter(event="open_terms.set").last()
    assert last is not None
    assert json.dumps(last.data) == '{"licence": "CC0-1.0"}'
