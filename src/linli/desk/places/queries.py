"""What others ask about communities and their places."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from django_scopes import scope

from linli.desk.places.models import Community, PlaceImport, State
from linli.engine.errors import InputError
from linli.engine.streets.place import Inputs, Place

_PATHS = {"path", "register", "homes_register", "population", "elevation"}


def communities_to_show() -> list[Community]:
    """Every community that has a place to show, by slug."""
    return list(Community.objects.filter(imports__state=State.CURRENT))


def current_import(*, slug: str) -> PlaceImport | None:
    """Find the import that serves a community; None where there is no such community or it has no place yet."""
    community = Community.objects.filter(slug=slug).first()
    if community is None:
        return None
    with scope(community=community):
        found: PlaceImport | None = PlaceImport.objects.filter(state=State.CURRENT).first()
    if found is not None:
        found.community = community
    return found


def import_to_redo(community: Community) -> PlaceImport | None:
    """Find the import that a start should take up again, if there is one.

    That is the last one if it was cut off; or the current one, if what it made is lost or damaged, or if its files or Linli
    itself have changed since, as long as the files are still there.
    """
    with scope(community=community):
        last: PlaceImport | None = PlaceImport.objects.order_by("-number").first()
        current: PlaceImport | None = PlaceImport.objects.filter(state=State.CURRENT).first()
    if last is not None and last.state in {State.RUNNING, State.STOPPED}:
        return last
    if current is None:
        return None
    if not is_whole(current):
        return current
    try:
        changed = inputs_of(current).fingerprint() != current.fingerprint
    except InputError:
        changed = False
    return current if changed else None


def is_whole(row: PlaceImport) -> bool:
    """Whether what an import made is there and can be read."""
    try:
        Place.load(row.place_file)
    except InputError:
        return False
    return row.tiles_file.is_file()


def inputs_of(row: PlaceImport) -> Inputs:
    """Return the inputs an import was begun with."""
    given: dict[str, Any] = {
        name: Path(value) if name in _PATHS else value for name, value in row.inputs.items()
    }
    return Inputs(**given)


def written_inputs(inputs: Inputs) -> dict[str, Any]:
    """Write inputs as JSON-able values that `inputs_of` reads, wherever the next start is made from."""
    return {
        name: str(value.absolute()) if isinstance(value, Path) else value
        for name, value in dataclasses.asdict(inputs).items()
        if value is not None
    }
