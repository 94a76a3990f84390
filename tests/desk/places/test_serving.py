from __future__ import annotations

import threading

import pytest
from django.db import connection
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.places import serving
from linli.desk.places.models import Community, PlaceImport, State
from linli.desk.places.serving import Served, served_place
from linli.engine.errors import InputError


@pytest.mark.django_db
def test_served_place_of_nobody_is_none() -> None:
    assert served_place(slug="nowhere") is None


@pytest.mark.django_db
def test_served_place_without_a_current_import_is_none() -> None:
    Community.objects.create(slug="a", name_en="A", created_at=clock.now())
    assert served_place(slug="a") is None


def test_served_place_is_kept(village: Served) -> None:
    assert served_place(slug="village") is served_place(slug="village") is village


def test_served_place_is_measured_once_however_many_ask(
    village: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving.forget_places()
    measured = []
    real = serving.measure_place
    monkeypatch.setattr(serving, "measure_place", lambda *a, **k: measured.append(1) or real(*a, **k))
    monkeypatch.setattr(serving, "current_import", lambda *, slug: village.row if slug == "village" else None)
    found = []
    threads = [threading.Thread(target=lambda: found.append(served_place(slug="village"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(measured) == 1
    assert len({id(one) for one in found}) == 1


def test_served_place_changes_with_the_import(village: Served) -> None:
    with scope(community=village.row.community):
        PlaceImport.objects.update(state=State.REPLACED)
        later = PlaceImport.objects.get()
        later.pk, later.number, later.state = None, 2, State.CURRENT
        later.save()
    later.folder.unlink(missing_ok=True)
    later.folder.symlink_to(village.row.folder.resolve())
    found = served_place(slug="village")
    assert found.row.number == 2
    assert found.version != village.version


def test_served_place_whose_file_is_gone_says_which(village: Served) -> None:
    serving.forget_places()
    village.row.folder.unlink()
    with pytest.raises(InputError, match=r"place\.linli: cannot be read"):
        served_place(slug="village")
    assert connection.is_usable()


def test_facility_ids_are_osm_references_where_these_are_unique(village: Served) -> None:
    assert set(village.facility_ids) == {"n201", "n202", "n203", "n204"}
    assert village.facility_index["n202"] == village.facility_ids.index("n202")
