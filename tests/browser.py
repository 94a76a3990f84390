"""Chromium for the tests that look at pages: a session's browser, pages that keep their complaints, and axe.

Loaded by `tests/conftest.py`, so any test may ask for `chromium` or `open_page`. Without Chromium these tests are
skipped with a loud line; with CI=true its absence is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

# A busy machine draws late; what never comes fails all the same.
expect.set_options(timeout=20_000)

# Software WebGL (SwiftShader) draws the desk's map on machines without a graphics card.
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    # A microphone and a camera where the machine has none; a page still has to be allowed to use them.
    "--use-fake-device-for-media-stream",
]


def chromium_path() -> Path | None:
    """Where Chromium is: $LINLI_CHROMIUM, else /usr/bin/chromium, else what the PATH knows."""
    named = os.environ.get("LINLI_CHROMIUM") or shutil.which(
        "chromium", path=f"/usr/bin:{os.environ.get('PATH', '')}"
    )
    return Path(named) if named and Path(named).is_file() else None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for the whole session."""
    path = chromium_path()
    if path is None:
        message = "CHROMIUM IS ABSENT: pages are not looked at (install chromium or set LINLI_CHROMIUM)"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    # Playwright's synchronous API keeps an event loop in this thread, which Django takes for asynchronous code.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@dataclass
class Visit:
    """A page in its own context, with what it complained of and what it asked the network for."""

    page: Page
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def axe(self, **options: Any) -> list[str]:
        """Every accessibility violation axe-core finds: "impact rule: help @ selectors"."""
        response = Axe().run(self.page, options=options or None).response
        return [
            f"{found['impact']} {found['id']}: {found['help']} @ "
            + ", ".join(str(node["target"]) for node in found["nodes"][:5])
            for found in response["violations"]
        ]

    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


OpenPage = Callable[..., Visit]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[OpenPage]:
    """Open pages: `open_page(url, width=360, locale="zh-CN", offline=True)`; all are closed after the test."""
    contexts = []

    def visit(
        url: str | None = None, *, width: int = 1440, height: int = 900, locale: str = "zh-CN", **context: Any
    ) -> Visit:
        contexts.append(
            chromium.new_context(viewport={"width": width, "height": height}, locale=locale, **context),
        )
        page = contexts[-1].new_page()
        seen = Visit(page)

        def on_console(message: ConsoleMessage) -> None:
            if message.type in {"error", "warning"}:
                seen.errors.append(f"{message.type}: {message.text}")

        def on_request(request: Request) -> None:
            seen.requests.append(request.url)

        page.on("console", on_console)
        page.on("pageerror", lambda error: seen.errors.append(f"uncaught: {error}"))
        page.on("request", on_request)
        if url is not None:
            page.goto(url)
        return seen

    yield visit
    for context in contexts:
        context.close()
