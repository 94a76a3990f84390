"""Answers of Open311: the same facts as XML and as JSON, faults too.

Codes and ids are texts in both. In JSON, as is the custom, what is a list in XML is an array without a name.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

from django.http import HttpResponse

from linli.desk.api.xml_text import sayable

_TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}


class FaultError(Exception):
    """Something is wrong; `status` is that of the answer, `code` may be more precise."""

    def __init__(self, status: int, description: str, *, code: str = "") -> None:
        super().__init__(description)
        self.status, self.description, self.code = status, description, code or str(status)


def listed(form: str, *, root: str, item: str, rows: list[dict[str, Any]], status: int = 200) -> HttpResponse:
    """Answer with a list."""
    if form == "json":
        return _answer(form, json.dumps(rows, ensure_ascii=False).encode(), status)
    top = ET.Element(root)
    for row in rows:
        _fill(ET.SubElement(top, item), row)
    return _xml(top, status)


def single(form: str, *, root: str, row: dict[str, Any]) -> HttpResponse:
    """Answer with one thing."""
    if form == "json":
        return _answer(form, json.dumps(row, ensure_ascii=False).encode(), 200)
    top = ET.Element(root)
    _fill(top, row)
    return _xml(top, 200)


def fault(form: str, error: FaultError) -> HttpResponse:
    """Answer with what is wrong."""
    rows = [{"code": error.code, "description": error.description}]
    return listed(form, root="errors", item="error", rows=rows, status=error.status)


# What stands in a list of that name.
_ITEMS = {"attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format"}


def _fill(element: ET.Element, row: dict[str, Any]) -> None:
    for name, value in row.items():
        child = ET.SubElement(element, name)
        if isinstance(value, list):
            for one in value:
                _fill_one(ET.SubElement(child, _ITEMS[name]), one)
        else:
            _fill_one(child, value)


def _fill_one(element: ET.Element, value: Any) -> None:
    if isinstance(value, dict):
        _fill(element, value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None and value != "":
        element.text = sayable(str(value))


def _xml(top: ET.Element, status: int) -> HttpResponse:
    return _answer("xml", ET.tostring(top, encoding="utf-8", xml_declaration=True), status)


def _answer(form: str, body: bytes, status: int) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type=_TYPES[form])
    response["Cache-Control"] = "no-store"
    return response
