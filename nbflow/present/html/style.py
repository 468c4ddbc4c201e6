"""The styles and scripts of what is shown; `extension/` builds the files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

from nbflow.present.html.markup import tag

STATIC = Path(__file__).parent / "static"


@cache
def draw_style(name: str, folder: Path = STATIC) -> Markup:
    """Return a style element with the rules of a file."""
    css = (folder / f"{name}.css").read_text(encoding="utf-8").strip()
    return Markup(f"<style>{css}</style>")  # noqa: S704 - nothing of it comes from users


@cache
def read_script(name: str, folder: Path = STATIC) -> str:
    """Return the text of a script of ours, whose hash a page's policy may have."""
    return (folder / f"{name}.js").read_text(encoding="utf-8").strip()


def frame(*parts: str | None) -> Markup:
    """Return the parts and their style in one element, for the output of a cell."""
    return tag("div", draw_style("page"), *parts, class_="nbflow")
