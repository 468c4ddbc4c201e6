"""The frame of a page that is sent: its policy, style and script, its contents, and its data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from jinja2 import Environment, Template
from markupsafe import Markup

from nbflow.model import Frozen, find_state
from nbflow.present.html.markup import join
from nbflow.present.html.style import draw_style, read_script
from nbflow.present.report.cells import FrameScripts
from nbflow.present.report.content_policy import make_policy

_SCRIPTS = ("page", "fit_frames", "tables")


class Entry(Frozen, frozen=True):
    """A line of the contents: it leads to the element `id`. A step has a state."""

    id: str
    text: str
    kind: Literal["part", "heading", "step"] = "part"
    state: str = ""
    note: str = ""  # is searched too

    @property
    def sign(self) -> str:
        return find_state(self.state).glyph if self.state else ""

    @property
    def tone(self) -> str:
        return find_state(self.state).tone


def draw_page(
    title: str,
    parts: Iterable[Markup | None],
    *,
    contents: Sequence[Entry] = (),
    data: Any = None,
    frames: FrameScripts | None = None,
) -> str:
    """Return a whole page, which needs no network and no server.

    `parts` stand in its `main` element. `contents` are the lines of its contents, which a reader
    can search. `data` is a value that other programs read from it, as JSON. Only our own script
    runs in the page, and in `frames` what they allow.
    """
    scripts = [Markup(read_script(name)) for name in _SCRIPTS]  # noqa: S704 - ours
    body = join(*parts)  # before the policy: `frames` collects what is drawn
    allowed = [*scripts, *(frames.own if frames else ())]
    return _read_template().render(
        title=title,
        body=body,
        contents=contents,
        data=None if data is None else _write_data(data),
        scripts=scripts,
        style=draw_style("report"),
        policy=make_policy(allowed, frames.hashes if frames else ()),
        frames=frames.draw() if frames else "",
    )


def _write_data(data: Any) -> Markup:
    """Return a value as JSON, in which nothing ends the element that holds it."""
    text = msgspec.json.encode(data, order="deterministic").decode()
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - as a text of JSON


@cache
def _read_template() -> Template:
    source = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
    return Environment(autoescape=True, keep_trailing_newline=True).from_string(source)
