"""Code with its colours, as classes: the page has the colours, for light and for dark."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from nbflow.present.html.markup import tag

_LONGEST = 100_000  # characters that get colours
_MAGIC = re.compile(r"\A\s*%%(\w+)[^\n]*(?:\n|\Z)")  # the first line of a cell, as `%%sql`
_LANGUAGES = {"writefile": "python", "time": "python", "timeit": "python", "capture": "python"}


def draw_source(source: str, language: str = "python", line: int | None = None) -> Markup:
    """Return code as a listing; `line` counts from 1, and is marked as the one that failed."""
    colored = color(source, language)
    if line is None:
        return _draw_listing(colored)
    lines = str(colored).split("\n")  # no element of the formatter goes over a line's end
    made = (_draw_line(text, number, line) for number, text in enumerate(lines, start=1))
    return _draw_listing(Markup("\n").join(made))


def color(source: str, language: str = "python") -> Markup:
    """Return code with a class for each token; plain where its language is not known."""
    if len(source) > _LONGEST:
        return escape(source)
    if magic := _MAGIC.match(source):
        rest = color(source[magic.end() :], _LANGUAGES.get(magic[1], magic[1]))
        return tag("span", magic[0].rstrip("\n"), class_="nn") + "\n" + rest
    lexer = _find_lexer(language)
    if lexer is None:
        return escape(source)
    made = highlight(source, lexer, _make_formatter())
    return Markup(made.rstrip("\n"))  # noqa: S704 - the formatter escapes


@cache
def _make_formatter() -> Any:
    return HtmlFormatter(nowrap=True, wrapcode=False)


@lru_cache(maxsize=32)
def _find_lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None


def _draw_line(text: str, number: int, failed: int) -> Markup:
    shown = f"{number:>3} "
    content = Markup(text)  # noqa: S704 - a line of what the formatter made
    if number != failed:
        return tag("span", shown, class_="nb-number") + content
    word = tag("span", "failed here: ", class_="nb-unseen")
    return tag("mark", tag("span", shown, class_="nb-number"), word, content, class_="nb-failed")


def _draw_listing(content: Markup) -> Markup:
    named = {"tabindex": "0", "role": "group", "aria_label": "Code"}
    return tag("pre", tag("code", content), class_="nb-code", **named)
