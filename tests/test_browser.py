from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.browser import OpenPage


def test_page_keeps_console_errors_and_axe_findings(open_page: OpenPage) -> None:
    visit = open_page(
        "data:text/html,<title>t</title><img src='data:,'><script>console.error('bad')</script>"
    )
    assert visit.errors[0] == "error: bad"
    assert any("image-alt" in found for found in visit.axe())


def test_chromium_draws_webgl_without_a_graphics_card(open_page: OpenPage) -> None:
    visit = open_page("data:text/html,<canvas></canvas>")
    assert visit.page.evaluate("!!document.querySelector('canvas').getContext('webgl2')")
