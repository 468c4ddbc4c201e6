"""HTML elements. A plain `str` comes from users, so it is escaped; `Markup` is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from nbflow.model import find_state


def tag(name: str, *content: str | None, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` stands for `class`, and what is None is left out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    made = (f"<{name}{said}>", *_escape(content), f"</{name}>")
    return Markup("".join(made))  # noqa: S704 - all is escaped


def join(*content: str | None) -> Markup:
    """Return the parts one after the other; what is None is left out."""
    return Markup("".join(_escape(content)))  # noqa: S704 - all is escaped


def _escape(content: Iterable[str | None]) -> Iterator[str]:
    """Yield the parts as HTML; what is HTML already is not copied: it may be large."""
    for part in content:
        if part is not None:
            yield part if isinstance(part, Markup) else escape(part)


def state(status: str) -> Markup:
    """Return glyph and word of a state; the glyph has its colour."""
    found = find_state(status)
    glyph = tag("b", found.glyph, class_=f"nb-{found.tone}", aria_hidden="true")
    return tag("span", glyph, " ", found.word, class_="nb-state")


def bar(fraction: float) -> Markup:
    """Return how far something is, from 0 to 1."""
    percent = f"{max(0.0, min(1.0, fraction)):.0%}"
    filled = tag("i", style=f"width:{percent}")
    return tag("span", filled, class_="nb-bar", role="img", aria_label=percent)


def dim(text: str) -> Markup:
    return tag("span", text, class_="nb-dim")
