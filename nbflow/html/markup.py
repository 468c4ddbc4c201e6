"""HTML elements. A plain `str` is what users wrote: it is escaped in an element."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest

from markupsafe import Markup, escape

from nbflow.model import Next, find_state
from nbflow.present.remedies import spell_next


def tag(name: str, *content: str | None, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` stands for `class`, and what is None is left out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{said}>{join(*content)}</{name}>")  # noqa: S704 - all is escaped


def join(*content: str | None) -> Markup:
    """Return the parts one after the other; what is None is left out."""
    return Markup("").join(part for part in content if part is not None)


def table(
    headings: Iterable[str],
    rows: Iterable[Iterable[str]],
    right: int = -1,
    keys: Iterable[str] = (),
) -> Markup:
    """Return a table; the column at position `right` is one of numbers.

    `keys` are those of the rows, where one can be chosen.
    """

    def make_row(cell: str, row: Iterable[str], key: str | None = None) -> Markup:
        made = (
            tag(cell, part, class_="nb-right" if number == right else None)
            for number, part in enumerate(row)
        )
        return tag("tr", *made, data_row=key, tabindex=None if key is None else "-1")

    head = tag("thead", make_row("th", headings))
    keyed = zip_longest(rows, keys) if keys else ((row, None) for row in rows)
    return tag("table", head, tag("tbody", *(make_row("td", *one) for one in keyed)))


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


def notes(texts: Iterable[str]) -> Markup:
    """Return warnings, a line each."""
    return join(*(tag("div", f"! {text}", class_="nb-amber") for text in texts))


def commands(shown: Iterable[Next]) -> Markup | None:
    """Return commands to type next, with what they do; None where there are none."""
    lines = [join(tag("code", command), " ", dim(text)) for command, text in spell_next(shown)]
    return tag("div", *(tag("div", line) for line in lines), class_="nb-next") if lines else None
