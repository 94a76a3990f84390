"""What `linli measure --out` writes beside the report: `homes.parquet`, `gaps.geojson`, `summary.json`.

All files are written into a folder beside the target first and moved when every one is whole: after an error nothing
half-written is left and what stood there before still stands.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from linli.engine.circle.standards import EVIDENCE_NOTES
from linli.engine.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from linli.engine.circle.judge import RuleResult
    from linli.engine.circle.measure import Measurement

# Of each home, in the order of `streets.population.Basis` and of the codes of `streets.homes.Homes`.
RESIDENTS_FROM = ("register", "grid", "floor area")
STATUS = ("measured", "island", "no street")


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write into; on leaving without an error its files are moved into `folder`, each replacing its elder.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    try:
        unfinished.mkdir(parents=True)
    except OSError as error:
        raise InputError(
            f"--out {folder}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    try:
        yield unfinished
        try:
            folder.mkdir(exist_ok=True)
            for file in sorted(unfinished.iterdir()):
                file.replace(folder / file.name)
        except OSError as error:
            raise InputError(
                f"--out {folder}: cannot be written ({error.strerror}); choose another folder"
            ) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def write_summary(summary: dict[str, Any], path: Path) -> None:
    """Write `summary.json`."""
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_homes(measurement: Measurement, path: Path) -> None:
    """Write `homes.parquet`: GeoParquet 1.1, one row a home, geometry its outline (or its door), OGC:CRS84.

    `metres_<kind>`, `minutes_<profile>_<kind>`: float32, +inf farther than the cut-off or no way, null not known. The
    index of the row is the home's number in `gaps.geojson` and everywhere else.
    """
    import pyarrow as pa  # noqa: PLC0415 -- slow to import, wanted only here
    import pyarrow.parquet as pq  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    homes = measurement.place.homes
    shapes = np.array(homes.outline.shapes(), object)
    bare = shapely.is_empty(shapes)
    shapes[bare] = shapely.points(homes.lon[bare], homes.lat[bare])
    columns: dict[str, Any] = {
        "home": np.arange(homes.lon.size, dtype=np.int32),
        "ref": pa.array(list(homes.ref)),
        "name": pa.array(list(homes.name)),
        "address": pa.array(list(homes.address)),
        "lon": homes.lon,
        "lat": homes.lat,
        "residents": _nullable(pa, homes.residents),
        "residents_65": _nullable(pa, homes.residents_65),
        "residents_0_6": _nullable(pa, homes.residents_0_6),
        "residents_disabled": _nullable(pa, homes.residents_disabled),
        "dwellings": _nullable(pa, homes.dwellings),
        "residents_from": _named(pa, homes.basis, RESIDENTS_FROM),
        "status": _named(pa, homes.status, STATUS),
    }
    for index, kind in enumerate(measurement.kinds):
        columns[f"metres_{kind.key}"] = _nullable(pa, measurement.walk_m[:, index])
    for profile, walk_s in measurement.walk_s.items():
        for index, kind in enumerate(measurement.kinds):
            columns[f"minutes_{profile}_{kind.key}"] = _nullable(pa, walk_s[:, index] / np.float32(60))
    columns["geometry"] = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    table = pa.table(columns)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["MultiPolygon"] * bool((~bare).any()) + ["Point"] * bool(bare.any()),
                "bbox": [west, south, east, north],
            }
        },
    }
    notes = {
        "attribution": measurement.place.meta["attribution"],
        "cutoff_s": measurement.cutoff_s,
        "cutoff_m": measurement.cutoff_m,
    }
    meta = {"geo": json.dumps(geo), "linli": json.dumps(notes, ensure_ascii=False)}
    # Walks hardly ever repeat, so a dictionary of them would be work for nothing.
    repeating = ["residents_from", "status"]
    pq.write_table(table.replace_schema_metadata(meta), path, compression="zstd", use_dictionary=repeating)


def _nullable(pa: Any, values: NDArray[Any]) -> Any:
    return pa.array(values, mask=np.isnan(values))


def _named(pa: Any, codes: NDArray[np.uint8], names: tuple[str, ...]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(codes)), list(names)).cast(pa.string())


def write_gaps(measurement: Measurement, path: Path) -> None:
    """Write `gaps.geojson` (RFC 7946): one point a home that any rule leaves out, with each such rule.

    A gap: `rule`, `profile` (rules in minutes only), `walk` and `over_by` in the rule's unit, `minutes` of the walk at the pace
    of that profile, or of the first where the rule is in metres. Where there is no walk within the cut-off these are
    null and `more_than` is what it is over by at least. The member `rules` says what each rule is and on what evidence.
    """
    homes, people = measurement.place.homes, np.nan_to_num(measurement.place.homes.residents)
    labels = [name or address for name, address in zip(homes.name, homes.address, strict=True)]
    refs = list(homes.ref)
    head = {
        "type": "FeatureCollection",
        "attribution": measurement.place.meta["attribution"],
        "cutoff_s": measurement.cutoff_s,
        "cutoff_m": measurement.cutoff_m,
        "minutes_profile": measurement.profiles[0].key,
        "rules": {
            _name(result): _described(result) for result in measurement.results if result.left_out.size
        },
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        for count, (home, found) in enumerate(_gaps_by_home(measurement)):
            named = json.dumps({"home": home, "ref": refs[home], "label": labels[home]}, ensure_ascii=False)
            file.write(
                f'{"," if count else ""}\n{{"type":"Feature","id":{home},"geometry":{{"type":"Point","coordinates":'
                f'[{homes.lon[home]:.6f},{homes.lat[home]:.6f}]}},"properties":{named[:-1]},'
                f'"residents":{people[home]:.1f},"gaps":[{",".join(found)}]}}}}'
            )
        file.write("\n]}\n")


def _name(result: RuleResult) -> str:
    return f"{result.standard.key}/{result.rule.key}"


def _described(result: RuleResult) -> dict[str, Any]:
    rule = result.rule
    zh, en = EVIDENCE_NOTES[rule.verdict_evidence]
    return {
        "zh": rule.zh, "en": rule.en, "kinds": list(rule.kinds), "unit": result.unit, "at_most": result.at_most,
        "evidence": rule.verdict_evidence, "evidence_zh": zh, "evidence_en": en,
    }  # fmt: skip


def _gaps_by_home(measurement: Measurement) -> Iterator[tuple[int, list[str]]]:
    """Every gap as JSON text, by home: there are hundreds of thousands in a city, so nothing is done one by one twice."""
    results = [result for result in measurement.results if result.left_out.size]
    if not results:
        return
    home = np.concatenate([result.left_out for result in results])
    texts = [text for result in results for text in _gap_texts(measurement, result)]
    order = np.argsort(home, kind="stable")
    sorted_texts = [texts[index] for index in order.tolist()]
    homes, first = np.unique(home[order], return_index=True)
    ends = [*first.tolist()[1:], len(texts)]
    for number, begin, end in zip(homes.tolist(), first.tolist(), ends, strict=True):
        yield number, sorted_texts[begin:end]


def _gap_texts(measurement: Measurement, result: RuleResult) -> list[str]:
    """One rule's gaps, in the order of `result.left_out`."""
    limit = result.at_most or 0.0
    profile = f'","profile":"{result.profile.key}' if result.profile else ""
    start = f'{{"rule":"{_name(result)}{profile}",'
    cutoff = measurement.cutoff_m if result.unit == "m" else measurement.cutoff_s
    beyond = f'{start}"walk":null,"over_by":null,"more_than":{cutoff - limit:g},"minutes":'
    # Tenths of minutes are looked up: writing a float takes longer than all the rest.
    tenths = [*(f"{tenth / 10}}}" for tenth in range(measurement.cutoff_s // 6 + 2)), "null}"]
    walk_s = np.minimum(_seconds(measurement, result), np.float32(measurement.cutoff_s + 60))
    minutes = np.minimum(np.rint(walk_s / 6), len(tenths) - 1).astype(int).tolist()
    told_over = np.where(np.isinf(result.over), -1, result.over)
    over, walk = np.rint(told_over).astype(int).tolist(), np.rint(told_over + limit).astype(int).tolist()
    return [
        f"{beyond}{tenths[tenth]}"
        if by < 0
        else f'{start}"walk":{at},"over_by":{by},"minutes":{tenths[tenth]}'
        for by, at, tenth in zip(over, walk, minutes, strict=True)
    ]


def _seconds(measurement: Measurement, result: RuleResult) -> NDArray[np.float32]:
    """Look up the walks of the homes left out, at the pace of the rule's profile, else of the first."""
    maybe = measurement.reached[(result.profile or measurement.profiles[0]).key].maybe
    return np.asarray(np.minimum.reduce([maybe[result.left_out, column] for column in result.columns]))
