"""Finds the headings of markdown, as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nbflow.reports.facts import ReportCell

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


class Heading(NamedTuple):
    """A heading: its level from 1, its text, and the lines it takes, from 0, the end not one."""

    level: int
    text: str
    first: int
    end: int


def find_title(cells: Iterable[ReportCell]) -> str:
    """Return the text of the first heading of a notebook, "" where it has none."""
    for cell in cells:
        if cell.kind == "markdown" and (found := find_heading(cell.source)):
            return found.text
    return ""


def find_heading(source: str) -> Heading | None:
    """Return the first heading of a markdown text."""
    if "#" not in source and "\n" not in source:
        return None
    tokens = _make_parser().parse(source)
    for at, token in enumerate(tokens):
        text = _say_text(tokens[at + 1]) if token.type == "heading_open" else ""
        if text and token.map:
            return Heading(int(token.tag[1:]), text, *token.map)
    return None


def has_prose(cells: Iterable[ReportCell]) -> bool:
    """Say whether an author has written more in a notebook than headings."""
    texts = (cell.source for cell in cells if cell.kind == "markdown")
    return any(map(_has_more, texts))


def _has_more(source: str) -> bool:
    within = False
    for token in _make_parser().parse(source):
        within = token.type == "heading_open" or (within and token.type != "heading_close")
        if token.type in {"inline", "fence", "html_block"} and not within:
            return True
    return False


@lru_cache(maxsize=1)
def _make_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only reports need it

    return MarkdownIt("commonmark")


def _say_text(token: Token) -> str:
    parts = (_say_part(one) for one in token.children or ())
    return " ".join("".join(parts).split())


def _say_part(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return token.content if token.type in {"text", "code_inline", "image"} else ""
