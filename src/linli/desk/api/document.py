"""The OpenAPI document, with the media types that answers really have."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from linli.desk.api.problems import CONTENT_TYPE

# By the end of an address.
_TYPES = {
    ".bin": "application/octet-stream",
    "/what-if": "application/octet-stream",
    ".pmtiles": "application/vnd.pmtiles",
    ".geojson": "application/geo+json",
}
_JSON = "application/json"


class Api(NinjaAPI):
    """Describes every answer as it comes."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """Give the document."""
        found = super().get_openapi_schema(**more)
        for path, methods in found["paths"].items():
            kind = next((kind for end, kind in _TYPES.items() if path.endswith(end)), _JSON)
            for operation in methods.values():
                for status, answer in operation["responses"].items():
                    _retype(answer, kind if int(status) < 400 else CONTENT_TYPE)
        return found


def _retype(answer: dict[str, Any], kind: str) -> None:
    """Put what the framework has called JSON under its own type; what is binary has no form."""
    content = answer.get("content", {})
    if _JSON not in content:
        return
    form = content.pop(_JSON)
    binary = kind in {_TYPES[".bin"], _TYPES[".pmtiles"]}
    content[kind] = {} if binary else form
