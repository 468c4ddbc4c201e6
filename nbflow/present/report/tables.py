"""Tables in a report: heads that say what is in a column, first rows, and how to get the rest."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

from markupsafe import Markup

from nbflow.base.text import say_bytes, say_count
from nbflow.model.profiles import ColumnProfile
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.report.column_texts import (
    format_column,
    is_number,
    is_share,
    say_facts,
    say_type,
)
from nbflow.present.report.histograms import draw_histogram
from nbflow.reports.facts import TablePreview
from nbflow.storage.quoting import quote

_LONG = 40  # characters of a cell that is broken into lines
_SHOWN = 8  # rows that are drawn; the others lie in the page as texts until somebody asks


def draw_table(table: TablePreview, run: str = "") -> Markup:
    """Return a table's name and size, its columns and first rows, and the query for all rows.

    `run` is what `nbflow sql --run` takes. Sorting, filtering and the rows behind the eighth are
    work of the page's script; without it the first eight rows stay.
    """
    texts = _format_rows(table)
    shown, rest = texts[:_SHOWN], texts[_SHOWN:]
    numbers = [place for place, one in enumerate(table.columns, 1) if is_number(one.type)]
    rows = tag(
        "table",
        _draw_heads(table),
        _draw_rows(table, shown),
        class_=" ".join(["nb-rows", *(f"nb-r{place}" for place in numbers)]),
        data_shares=",".join(str(at) for at, one in enumerate(table.columns) if is_share(one)),
    )
    label = f"Rows of {table.ref}"
    frame = tag("div", rows, class_="nb-scroll", role="region", tabindex="0", aria_label=label)
    foot = _draw_foot(table, len(shown), run)
    parts = [_draw_title(table), frame, foot, _draw_rest(rest)]
    return tag("section", *parts, class_="nb-table", aria_label=table.ref)


def _format_rows(table: TablePreview) -> list[tuple[str | None, ...]]:
    columns = zip(*table.head, strict=True)
    texts = [
        format_column(one, values) for one, values in zip(table.columns, columns, strict=False)
    ]
    return list(zip(*texts, strict=True))


def _draw_title(table: TablePreview) -> Markup:
    width = len(table.columns) + table.left_out
    facts = [f"{say_count(table.rows, 'row')} × {say_count(width, 'column')}"]  # noqa: RUF001 - a sign
    facts += [say_bytes(table.bytes)] if table.bytes else []
    content = tag("code", table.hash[:6]) if table.hash else None
    said = join(", ".join(facts), content and join(", content ", content))
    return tag("p", tag("b", table.ref), " ", tag("span", said, class_="nb-dim"))


# --- heads -----------------------------------------------------------------------------------


def _draw_heads(table: TablePreview) -> Markup:
    heads = (_draw_head(column, table.rows) for column in table.columns)
    return tag("thead", tag("tr", *heads))


def _draw_head(column: ColumnProfile, rows: int) -> Markup:
    return tag(
        "th",
        tag("button", column.name, type="button", class_="nb-sort"),
        tag("small", say_type(column.type)),
        draw_histogram(column),
        *(tag("small", fact) for fact in say_facts(column, rows)),
        scope="col",
        aria_sort="none",
    )


# --- rows ------------------------------------------------------------------------------------


def _draw_rows(table: TablePreview, rows: Iterable[Sequence[str | None]]) -> Markup:
    return tag("tbody", *(_draw_row(table.columns, row) for row in rows))


def _draw_row(columns: Sequence[ColumnProfile], row: Sequence[str | None]) -> Markup:
    return tag("tr", *map(_draw_cell, columns, row))


def _draw_cell(column: ColumnProfile, text: str | None) -> Markup:
    if text is None:
        return tag("td", "null", class_="nb-null")
    if is_number(column.type) and text in {"NaN", "Infinity", "-Infinity"}:
        return tag("td", text, class_="nb-null")
    if is_share(column):
        return tag("td", text, class_="nb-share", style=f"--s:{float(text):.1%}")
    return tag("td", text, class_="nb-long" if len(text) > _LONG else None)


def _draw_rest(rows: Sequence[Sequence[Any]]) -> Markup | None:
    """Return rows as texts in JSON, which a browser does not look at until the script reads it."""
    if not rows:
        return None
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    content = Markup(safe)  # noqa: S704 - it cannot end its element
    return tag("script", content, type="application/json", class_="nb-rest")


# --- below the rows ----------------------------------------------------------------------------


def _draw_foot(table: TablePreview, shown: int, run: str) -> Markup:
    here = len(table.head)
    more = here > shown
    button = tag("button", f"Show {here} rows", type="button", class_="nb-more") if more else None
    label = f"Filter the {here} rows of {table.ref} that are here"
    query = {"type": "search", "placeholder": "filter these rows", "aria_label": label}
    filter_ = tag("input", class_="nb-filter", **query) if more else None
    said = tag(
        "span",
        _say_shown(table, shown),
        class_="nb-dim nb-said",
        role="status",
        data_rows=f"{table.rows:,}",
    )
    line = tag("p", said, button, filter_, class_="nb-table-line")
    return join(line, _draw_query(table, run))


def _say_shown(table: TablePreview, shown: int) -> str:
    here, width = len(table.head), len(table.columns)
    if not table.rows:
        return "no rows"
    parts = []
    if table.rows > shown:
        parts.append(f"the first {shown} of {table.rows:,} rows are shown")
    if shown < here < table.rows:
        parts.append(f"the first {here} are in this page")
    if table.left_out:
        parts.append(f"the first {width} of {width + table.left_out} columns are here")
    return "; ".join(parts) or "all rows are shown"


def _draw_query(table: TablePreview, run: str) -> Markup | None:
    if table.rows <= len(table.head) and not table.left_out:
        return None
    name = ".".join(map(_quote_part, table.ref.split(".", 1)))
    query = f"select * from {name}"  # noqa: S608 - it is quoted, and shown only
    words = ["nbflow", "sql", query, *(["--run", run] if run else [])]
    return tag("p", dim("All rows: "), tag("code", shlex.join(words)), class_="nb-query")


def _quote_part(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else quote(name)
