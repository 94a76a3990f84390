"""The settings: gateways are the director's; what did not go out is the desk's too."""

from __future__ import annotations

from linli.desk.matters.models import Category, ReplyTemplate, RoutingRule
from tests.desk.doors import D, K, Who
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "setup:overview": {D, K},
    "setup:categories": {D, K},
    "setup:new_category": {D, K},
    "setup:category": {D, K},
    "setup:rules": {D, K},
    "setup:ladder": {D},
    "setup:texts": {D, K},
    "setup:new_text": {D, K},
    "setup:text": {D, K},
    "setup:year": {D, K},
    "setup:day": {D, K},
    "setup:community": {D},
    "setup:gateways": {D, K},
    "setup:gateway": {D},
}
POSTED: dict[str, Who] = {
    "setup:change_category": {D, K},
    "setup:change_rule": {D, K},
    "setup:drop_text": {D, K},
    "setup:seed_year": {D, K},
    "setup:try": {D},
    "setup:rest": {D},
    "setup:retry": {D, K},
    "setup:retry_all": {D, K},
}
ELSEWHERE = {
    "setup:calendar": "tests/desk/pages/setup/test_days.py: goes on to this year, by the same door",
}
NEEDS_MORE = {"setup:retry"}


def arguments(office: Office) -> dict[str, list]:
    category = Category.objects.get(key="lighting").pk
    text = ReplyTemplate.objects.create(community=office.community, name="谢谢", text_zh="谢谢您").pk
    rule = RoutingRule.objects.create(
        community=office.community, position=1, worker=office.accounts["grid_worker"]
    ).pk
    by_channel = ("gateway", "try", "rest", "retry_all")
    return {f"setup:{name}": ["sms"] for name in by_channel} | {
        "setup:retry": [1],
        "setup:category": [category],
        "setup:change_rule": [rule, "up"],
        "setup:text": [text],
        "setup:drop_text": [text],
        "setup:year": [2026],
        "setup:seed_year": [2026],
        "setup:day": ["2026-10-01"],
        "setup:change_category": [category, "up"],
    }
