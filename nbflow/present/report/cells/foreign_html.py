"""HTML of others: tables in our own look, text as such, the rest in a frame without rights."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markupsafe import Markup

from nbflow.present.html.markup import tag
from nbflow.present.report.cells.frames import draw_still_frame
from nbflow.present.report.cells.html_cleaning import TEXT, clean_text
from nbflow.present.report.cells.html_tables import draw_tables

_DATA_FRAME = re.compile(r"""<table\b[^>]*\bclass=["'][^"']*\bdataframe\b""", re.IGNORECASE)
_SEEN = {"audio", "canvas", "hr", "img", "input", "meter", "progress", "svg", "table", "video"}


def draw_html(html: str, label: str, level: int = 3) -> Markup | None:
    """Return HTML that is drawn without a script; None where nothing is seen without one."""
    found = _read_features(html)
    if not found.seen:
        return None
    if _DATA_FRAME.search(html) and found.names <= TEXT | {"style"}:
        return draw_tables(html, label)
    if found.styled or not found.names <= TEXT | {"script"}:
        return draw_still_frame(html, label)
    return tag("div", clean_text(html, level=level), class_="nb-prose")


def is_seen_without_scripts(html: str) -> bool:
    """Say whether HTML has something to look at where no script of it runs."""
    return _read_features(html).seen


@dataclass(slots=True)
class _Features:
    names: set[str] = field(default_factory=set)  # of elements
    styled: bool = False  # it brings a look of its own
    seen: bool = False  # there is something to look at without a script


def _read_features(html: str) -> _Features:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = _Features()
        self._quiet = 0  # within style, script or the like

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.names.add(name)
        self.found.styled |= name == "style" or any(key == "style" for key, _ in attributes)
        self.found.seen |= name in _SEEN
        self._quiet += name in {"script", "style", "title"}

    def handle_endtag(self, name: str) -> None:
        self._quiet = max(0, self._quiet - (name in {"script", "style", "title"}))

    def handle_data(self, text: str) -> None:
        self.found.seen |= not self._quiet and bool(text.strip())
