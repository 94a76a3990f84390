"""Join the page's own files, a library and the data of one measurement into one file."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from linli import __version__
from linli.engine.circle.report.content import blocks_of

if TYPE_CHECKING:
    from linli.engine.circle.measure import Measurement

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    "text.js", "data.js", "tables.js", "colours.js", "map.js", "charts.js", "sections.js", "page.js",
)  # fmt: skip


def write_report(
    measurement: Measurement,
    path: Path,
    *,
    language: Literal["", "zh", "en"] = "",
    command: str = "",
    made_at: datetime | None = None,
) -> None:
    """Write the page; it appears whole or not at all.

    Parameters
    ----------
    language
        The language it opens in; "" follows the reader's browser. The page can be switched.
    command
        The command line to say under "how this was made".
    made_at
        When it was made (now).
    """
    path = Path(path)
    page = report_page(measurement, language=language, command=command, made_at=made_at or datetime.now(UTC))
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        unfinished = Path(file.name)
        try:
            file.write(page)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    unfinished.replace(path)


def report_page(
    measurement: Measurement, *, language: Literal["", "zh", "en"], command: str, made_at: datetime
) -> str:
    """Return the page as text."""
    blocks = blocks_of(measurement, command=command, made_at=made_at)
    script, style = _script(), _style()
    parts = {
        "language": language,
        # Nothing from outside can be loaded, and no script but this one can run, whatever a name in the data says.
        "policy": f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        "generator": f"Linli {__version__}",
        "title": "Linli 邻里",
        "style": style,
        "script": script,
        "data": "\n".join(
            f'<script type="application/json" id="block-{name}">{_harmless(text)}</script>'
            for name, text in blocks.items()
        ),
    }
    template = (_FOLDER / "page" / "page.html").read_text(encoding="utf-8")
    raw = {"style", "script", "data"}
    return re.sub(
        r"\{\{(\w+)\}\}",
        lambda found: parts[found[1]] if found[1] in raw else html.escape(parts[found[1]], quote=True),
        template,
    )


def _script() -> str:
    leaflet = (_FOLDER / "vendor" / "leaflet" / "leaflet.js").read_text(encoding="utf-8")
    licence = (_FOLDER / "vendor" / "leaflet" / "LICENSE").read_text(encoding="utf-8")
    own = "\n".join((_FOLDER / "page" / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    leaflet = re.sub(r"//# sourceMappingURL=\S+", "", leaflet)
    # Leaflet 1.9.4 offers itself as the global `L` where there is no module loader, and so it does here.
    return f"/*! Leaflet\n{licence}*/\n{leaflet}\n(() => {{\n'use strict';\n{own}\n}})();\n"


def _style() -> str:
    leaflet = (_FOLDER / "vendor" / "leaflet" / "leaflet.css").read_text(encoding="utf-8")
    # Pictures of controls this page does not use would be requests to nowhere.
    leaflet = re.sub(r"[^{}]*\{[^{}]*url\([^{}]*\}", "", leaflet)
    return leaflet + (_FOLDER / "page" / "page.css").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _harmless(text: str) -> str:
    """JSON or base64 that cannot end the element it stands in: `<` as JSON itself may write it."""
    return text.replace("<", "\\u003c")
