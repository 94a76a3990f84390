"""Every write about communities and their places."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from itertools import chain, count
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django_scopes import scope

from linli.desk.common import clock
from linli.desk.common.files import sync_folder
from linli.desk.common.locks import LockedError, file_lock
from linli.desk.places.models import TRANSITIONS, Community, PlaceImport, State
from linli.desk.places.queries import inputs_of, is_whole, written_inputs
from linli.desk.places.tiles import write_tiles
from linli.engine.errors import InputError
from linli.engine.streets.place import Inputs, Place, build
from linli.engine.streets.progress import Progress, silent

if TYPE_CHECKING:
    from pathlib import Path

_HAN = re.compile(r"[\u3400-\u9fff]")
_UNFINISHED = "unfinished"
_SLUG_LENGTH = 50
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


def name_community(*, name: str, slug: str = "") -> Community:
    """Find the community of that name, or make it.

    Parameters
    ----------
    slug
        Its part of the address. Given, the community of that slug is meant, and takes the name; otherwise one is made of
        the name, and never another community's.

    Raises
    ------
    InputError
        The name or the slug is none.
    """
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise InputError(f"--name: {len(name)} letters; give 1 to 100")
    if slug and (not _SLUG.match(slug) or len(slug) > _SLUG_LENGTH):
        raise InputError(f"--slug {slug}: give up to {_SLUG_LENGTH} small letters, digits and hyphens")
    with transaction.atomic():
        meant = Q(slug=slug) if slug else Q(name_zh=name) | Q(name_en=name)
        community = Community.objects.filter(meant).first()
        if community is None:
            community = Community(slug=slug or _free_slug(name), created_at=clock.now())
        for field, value in _names(name).items():
            setattr(community, field, value or getattr(community, field))
        community.save()
    return community


def _free_slug(name: str) -> str:
    """Make a slug of a name; a number behind it tells those apart that come out alike (names in Chinese letters all do)."""
    first = slugify(name)[:_SLUG_LENGTH].strip("-_").replace("_", "-") or "place"
    taken = set(Community.objects.values_list("slug", flat=True))
    others = (f"{first[: _SLUG_LENGTH - 5]}-{number}" for number in count(2))
    return next(slug for slug in chain([first], others) if slug not in taken)


def _names(name: str) -> dict[str, str]:
    return {"name_zh": name, "name_en": ""} if _HAN.search(name) else {"name_zh": "", "name_en": name}


def import_place(
    *, community: Community, inputs: Inputs, progress: Progress | None = None
) -> tuple[PlaceImport, bool]:
    """Build the place of a community and its tiles, and serve it from then on.

    The work is done beside what is served and takes its place in one step. Whatever ends it before that leaves the old
    place as it was; the same import begun again goes on from the last whole step.

    Returns
    -------
    PlaceImport, bool
        The current import, and whether it was there already, from exactly these inputs.

    Raises
    ------
    InputError
        An input cannot be used, or another import of the community is at work.
    """
    try:
        with file_lock(community.folder / ".lock"), scope(community=community):
            return _import(community, inputs, progress or silent)
    except LockedError:
        raise InputError(f"{community.slug}: another import is at work; wait until it has ended") from None


def read_waiting(*, community: Community, progress: Progress | None = None) -> PlaceImport | None:
    """Do the import that waits or was cut off, if there is one and no other is at work; it then says itself how it went."""
    try:
        with file_lock(community.folder / ".lock"), scope(community=community):
            row: PlaceImport | None = PlaceImport.objects.filter(state=State.WAITING).first()
            # We hold the lock: one that says it runs was cut off, and is begun again.
            cut_off: PlaceImport | None = PlaceImport.objects.filter(state=State.RUNNING).first()
            found = row or cut_off
            if found is None:
                return None
            try:
                made, _same = _import(community, inputs_of(found), progress or silent, row=row)
            except InputError as error:
                # What went wrong after it was begun is written already.
                if found.state == State.WAITING:
                    _finish(found, State.FAILED, problem=str(error))
                return found
            return row or made
    except LockedError:
        return None


def _import(
    community: Community, inputs: Inputs, progress: Progress, *, row: PlaceImport | None = None
) -> tuple[PlaceImport, bool]:
    # We hold the lock: an import that says it runs is one whose process is gone.
    _close_abandoned()
    fingerprint = inputs.fingerprint()
    current = PlaceImport.objects.filter(state=State.CURRENT).first()
    if current is not None and current.fingerprint == fingerprint and is_whole(current):
        if row is not None:
            _finish(row, State.STOPPED, problem="exactly this is in use already")
        return current, True
    row = _begin(community, inputs) if row is None else _take_up(row)
    folder = community.folder / _UNFINISHED
    try:
        place = _built(inputs, folder / "place.linli", fingerprint=fingerprint, progress=progress)
        write_tiles(place, folder / "tiles.pmtiles", progress=progress)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        _finish(row, State.FAILED, problem=str(error) or type(error).__name__)
        raise
    except BaseException:
        # Stopped by a person: what is whole stays, for the next start to go on from.
        _finish(row, State.STOPPED, problem="stopped before it was done")
        raise
    if row.folder.exists():
        shutil.rmtree(row.folder)
    folder.rename(row.folder)
    sync_folder(community.folder)
    _make_current(row, place, fingerprint=fingerprint)
    _sweep(community, keep=row.number)
    return row, False


def _built(inputs: Inputs, file: Path, *, fingerprint: str, progress: Progress) -> Place:
    """Build the place into `file`, or open what an import that was cut off has left there."""
    if file.is_file():
        try:
            place = Place.load(file)
        except InputError:
            place = None
        if place is not None and place.meta["fingerprint"] == fingerprint:
            return place
    place = build(inputs, progress=progress)
    file.parent.mkdir(parents=True, exist_ok=True)
    place.save(file)
    return place


def _begin(community: Community, inputs: Inputs) -> PlaceImport:
    with transaction.atomic():
        last = PlaceImport.objects.order_by("-number").first()
        written = written_inputs(inputs)
        # One that was cut off is taken up again, with what it was asked for.
        again = last is not None and last.state == State.STOPPED and inputs_of(last) == inputs
        return PlaceImport.objects.create(
            community=community,
            number=1 if last is None else last.number + 1,
            inputs=written,
            started_at=clock.now(),
            by=last.by if last is not None and again else "",
            about=last.about if last is not None and again else {},
        )


def _take_up(row: PlaceImport) -> PlaceImport:
    _check(row, State.RUNNING)
    row.state, row.started_at = State.RUNNING, clock.now()
    row.save(update_fields=["state", "started_at"])
    return row


def _close_abandoned() -> None:
    for row in PlaceImport.objects.filter(state=State.RUNNING):
        _finish(row, State.STOPPED, problem="its process ended before it was done")


def _finish(row: PlaceImport, state: State, *, problem: str = "") -> None:
    _check(row, state)
    row.state, row.problem, row.finished_at = state, problem, clock.now()
    row.save(update_fields=["state", "problem", "finished_at"])


def _check(row: PlaceImport, state: State) -> None:
    if (State(row.state), state) not in TRANSITIONS:
        raise ValueError(f"an import that is {row.state} cannot become {state}")


def _make_current(row: PlaceImport, place: Place, *, fingerprint: str) -> None:
    with transaction.atomic():
        for old in PlaceImport.objects.select_for_update().filter(state=State.CURRENT):
            _check(old, State.REPLACED)
            old.state = State.REPLACED
            old.save(update_fields=["state"])
        _check(row, State.CURRENT)
        row.state, row.finished_at = State.CURRENT, clock.now()
        row.fingerprint, row.attribution = fingerprint, place.meta["attribution"]
        row.data_at = _moment(place.meta["source"].get("timestamp", ""))
        row.home_count, row.facility_count = len(place.homes), len(place.facilities)
        row.residents = float(place.homes.residents.sum())
        row.save()


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _sweep(community: Community, *, keep: int) -> None:
    """Remove what no import serves any more; what cannot be removed now (a file open on Windows) is next time."""
    for folder in community.folder.iterdir():
        if folder.is_dir() and folder.name.isdecimal() and folder.name != str(keep):
            shutil.rmtree(folder, ignore_errors=True)
