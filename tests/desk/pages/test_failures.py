"""What somebody reads when something fails: in both languages, since it may be the choice of language that failed."""

from __future__ import annotations

from django.test import Client, RequestFactory
from django.urls import get_resolver


def test_a_form_of_a_page_that_is_too_old_says_what_to_do(db: None) -> None:
    del db
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "somebody", "password": "x"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "请返回上一页，刷新后再送一次" in page
    assert "load the page again" in page


def test_a_fault_of_ours_says_what_to_do() -> None:
    answer = get_resolver().resolve_error_handler(500)(RequestFactory().get("/"))
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "请返回上一页再试一次" in page
    assert "Go back and try once more" in page
    assert "pages/pages.css" in page
    assert "style=" not in page
