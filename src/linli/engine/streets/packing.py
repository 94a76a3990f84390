"""Tables of arrays ↔ the flat, named arrays of `store`: `homes.door.edge`, `homes.name.data`."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Table = TypeVar("Table")


def packed(table: Any, prefix: str) -> dict[str, NDArray[Any]]:
    """Name every array of a dataclass of arrays, and of the dataclasses in it."""
    arrays: dict[str, NDArray[Any]] = {}
    for field in fields(table):
        value, name = getattr(table, field.name), f"{prefix}.{field.name}"
        arrays |= packed(value, name) if is_dataclass(value) else {name: value}
    return arrays


def unpacked(of: type[Table], prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Table:
    """Make the dataclass `of` from what `packed` gave; its `TABLES` says which fields are themselves dataclasses."""
    tables: Mapping[str, type] = getattr(of, "TABLES", {})
    names = [field.name for field in fields(of)]  # type: ignore[arg-type] # a dataclass, which a TypeVar cannot say
    return of(
        **{
            name: unpacked(tables[name], f"{prefix}.{name}", arrays)
            if name in tables
            else arrays[f"{prefix}.{name}"]
            for name in names
        }
    )
