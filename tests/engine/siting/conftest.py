from __future__ import annotations

from collections.abc import Iterator

import pytest

from linli.engine.siting import kernel


@pytest.fixture(params=["kernel", "highs alone"])
def solver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """With the compiled kernel, and as on a machine that could not compile it."""
    if request.param == "highs alone":
        monkeypatch.setenv("LINLI_NO_KERNEL", "1")
    kernel.library.cache_clear()
    assert (kernel.library() is None) == (request.param == "highs alone")
    yield request.param
    monkeypatch.undo()
    kernel.library.cache_clear()
