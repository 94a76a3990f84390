from __future__ import annotations

import json
import os

from linli.desk.api.urls import api
from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "openapi.json"


def test_openapi_document_is_what_the_api_is() -> None:
    """To take a change over into the document: `LINLI_WRITE=1 pytest tests/desk/api/test_openapi.py`, and look at the diff."""
    written = json.dumps(api.get_openapi_schema(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("LINLI_WRITE"):
        DOCUMENT.write_text(written, encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == written


def test_openapi_documents_every_answer() -> None:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            answers = set(operation["responses"])
            assert 404 in answers, path
            assert answers & {200, 201}, path
