"""The settings: gateways are the director's; what did not go out is the desk's too."""

from __future__ import annotations

from tests.desk.doors import D, K, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "setup:overview": {D, K},
    "setup:gateways": {D, K},
    "setup:gateway": {D},
}
POSTED: dict[str, Who] = {
    "setup:try": {D},
    "setup:rest": {D},
    "setup:retry": {D, K},
    "setup:retry_all": {D, K},
}
ELSEWHERE: dict[str, str] = {}
NEEDS_MORE = {"setup:retry"}


def arguments(office: Office) -> dict[str, list]:
    del office
    by_channel = ("gateway", "try", "rest", "retry_all")
    return {f"setup:{name}": ["sms"] for name in by_channel} | {"setup:retry": [1]}
