"""The service worker has all that the page loads, and nothing of anybody."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

import pytest
from django.test import Client

from linli.desk.pages.round.offline import MAP_THINGS, THINGS, UNHASHED
from tests.conftest import ROOT
from tests.desk.matters.conftest import Receive
from tests.desk.pages.round.conftest import client_of
from tests.desk.people.conftest import Office

STATIC = ROOT / "src" / "linli" / "desk" / "pages" / "static"
IMPORTED = re.compile(r"""(?:from |import\(|import )["'](\.[^"']+)["']""")


def named_by(script: str) -> set[str]:
    text = (STATIC / script).read_text(encoding="utf-8")
    parts = [
        [*PurePosixPath(script).parent.parts, *PurePosixPath(one).parts] for one in IMPORTED.findall(text)
    ]
    return {str(PurePosixPath(*_straight(each))) for each in parts}


def _straight(parts: list[str]) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            kept.pop()
        else:
            kept.append(part)
    return kept


@pytest.mark.parametrize(
    "script", [one for one in (*THINGS, *MAP_THINGS) if one.endswith(".js") and "vendor" not in one]
)
def test_what_a_script_imports_is_kept_too(script: str) -> None:
    assert named_by(script) <= {*THINGS, *MAP_THINGS, *UNHASHED}


def test_what_the_page_names_is_kept(office: Office, receive: Receive) -> None:
    receive()
    page = client_of(office, "grid_worker").get("/c/willow/round/").content.decode()
    named = set(re.findall(r'(?:src|href)="/static/([^"]+)"', page))
    assert named <= set(THINGS)
    assert "round/round.js" in named


def test_page_can_do_without_what_draws_the_map() -> None:
    """Only what is imported when the map is asked for may be missing on the phone."""
    needed, seen = {"round/round.js", "round/guard.js"}, set()
    while needed:
        script = needed.pop()
        seen.add(script)
        text = (STATIC / script).read_text(encoding="utf-8")
        at_once = {one for one in named_by(script) if f'import("../{one}")' not in text}
        needed |= at_once - seen
    assert seen <= set(THINGS)


def test_service_worker_is_for_its_round_and_holds_nothing_of_anybody(
    office: Office, receive: Receive
) -> None:
    receive()
    told = Client().get("/c/willow/round/worker.js")
    assert told["Content-Type"].startswith("text/javascript")
    assert told["Cache-Control"] == "no-cache"
    first, second, *_rest = told.content.decode().splitlines()
    assert first == "const sendAll = null;"
    settings = json.loads(second.removeprefix("const LINLI = ").removesuffix(";"))
    assert (settings["page"], settings["who"]) == ("/c/willow/round/", "/c/willow/round/who/")
    assert settings["things"][0] == "/static/pages/seal.svg"
    assert set(settings) == {"community", "version", "page", "who", "photos", "tiles", "things", "map_things"}
    assert Client().get("/c/nowhere/round/worker.js").status_code == 404


def test_service_worker_that_sends_is_a_module(office: Office) -> None:
    told = Client().get("/c/willow/round/worker.js?sends").content.decode()
    assert told.startswith('import { sendAll } from "/static/round/sender.js";\n')


def test_logging_out_takes_all_from_the_phone(office: Office) -> None:
    answer = client_of(office, "grid_worker").post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in client_of(office, "grid_worker").get("/accounts/logout/")
