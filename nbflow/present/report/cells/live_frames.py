"""Frames whose content may run scripts, where the author asked for it: charts that one can turn.

A frame is of no origin, so that its scripts reach nothing of the page. It inherits the page's
policy, so they reach no network either, and only scripts run whose hashes the policy has.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from markupsafe import Markup, escape

from nbflow.present.html.markup import join, tag
from nbflow.present.html.style import read_script
from nbflow.present.report.cells.frames import draw_frame, guess_height
from nbflow.present.report.content_policy import make_hash

_PLOTLY = "plotly"
_CHART = 460  # pixels of height, where a chart says none
_OUTSIDE = re.compile(r"<(?:link|base|meta)\b[^>]*>", re.IGNORECASE)


class FrameScripts:
    """What the frames of a page may run, collected while its cells are drawn.

    Hand it to `draw_cell`, put `draw()` at the end of the page, and `own` and `hashes` into
    `make_policy`.
    """

    def __init__(self) -> None:
        self._hashes: dict[str, None] = {}  # in order
        self._libraries: dict[str, str] = {}
        self.frames = 0

    @property
    def own(self) -> list[str]:
        """Return the scripts that the page itself runs for its frames."""
        return [read_script("live_frames")] if self.frames else []

    @property
    def hashes(self) -> list[str]:
        """Return the hashes of what runs in frames."""
        return list(self._hashes)

    def allow(self, script: str) -> None:
        """Let a script run in frames."""
        self._hashes[make_hash(script)] = None

    def share(self, name: str, library: str) -> None:
        """Keep a library once for all frames that want it."""
        if name not in self._libraries:
            self._libraries[name] = library
            self.allow(library)

    def draw(self) -> Markup:
        """Return the libraries, packed, and the script that hands them to frames."""
        if not self.frames:
            return Markup()
        packed = ((name, _pack(library)) for name, library in self._libraries.items())
        kept = (
            tag("script", text, type="text/plain", id=f"nb-library-{name}") for name, text in packed
        )
        own = (Markup(f"<script>{script}</script>") for script in self.own)  # noqa: S704 - our own
        return join(*kept, *own)


def draw_live_chart(figure: Mapping[str, Any], label: str, scripts: FrameScripts) -> Markup | None:
    """Return a frame with a chart of Plotly; None where the library is not installed here."""
    library = _find_plotly()
    if library is None:
        return None
    scripts.share(_PLOTLY, library)
    content = json.dumps(dict(figure), separators=(",", ":")).replace("<", "\\u003c")
    data = f'<script type="application/json" id="figure">{content}</script>'
    layout = figure.get("layout")
    height = layout.get("height") if isinstance(layout, dict) else None
    high = height if isinstance(height, int | float) else _CHART
    body = f'<div id="chart" style="height:{high:.0f}px"></div>{data}'
    return _draw_frame(body + _run("chart_frame", scripts), label, round(high) + 8, scripts)


def draw_live_html(html: str, label: str, scripts: FrameScripts) -> Markup:
    """Return a frame with HTML whose own scripts run in it; what it would fetch stays away."""
    for script in _find_scripts(html):
        scripts.allow(script)
    content = _OUTSIDE.sub("", html) + _run("frame_height", scripts)
    return _draw_frame(content, label, max(200, guess_height(html)), scripts)


def _draw_frame(content: str, label: str, height: int, scripts: FrameScripts) -> Markup:
    scripts.frames += 1
    return draw_frame(content, label, min(2000, height), right="allow-scripts", kind="nb-live")


def _run(name: str, scripts: FrameScripts) -> str:
    script = read_script(name)
    scripts.allow(script)
    return f"<script>{script}</script>"


def _find_plotly() -> str | None:
    try:
        from plotly.offline import get_plotlyjs  # noqa: PLC0415 - the user's library
    except ImportError:
        return None
    return str(get_plotlyjs())


def _pack(text: str) -> Markup:
    """Return a text for the page's script, compressed; the same text gives the same bytes."""
    return escape(base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode())


def _find_scripts(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.scripts


class _Reader(HTMLParser):
    """Collects the texts of scripts as a browser reads them: CRLF becomes LF."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._within = False

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self._within = name == "script" and not any(key == "src" for key, _ in attributes)
        if self._within:
            self.scripts.append("")

    def handle_endtag(self, name: str) -> None:
        self._within = self._within and name != "script"

    def handle_data(self, text: str) -> None:
        if self._within:
            self.scripts[-1] += text.replace("\r\n", "\n").replace("\r", "\n")
