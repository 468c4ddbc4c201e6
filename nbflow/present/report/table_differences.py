"""How a table differs from an earlier one, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from nbflow.model.profiles import ColumnProfile
from nbflow.model.table_differences import RowChange, TableComparison
from nbflow.present.html.markup import dim, tag
from nbflow.present.report.column_texts import say_different, say_missing, say_range
from nbflow.present.report.histograms import draw_histogram
from nbflow.present.table_differences import (
    say_cell_change,
    say_column_change,
    say_column_difference,
    say_difference,
    say_key,
)

_ROWS = 8  # of those that changed, and of those that came or went
_COLUMNS = 8
_LONG = 40  # characters of a value that is broken into lines


def draw_table_comparison(comparison: TableComparison) -> Markup:
    """Return a sentence, the columns that differ before and after, and some of the rows."""
    difference = comparison.difference
    key = say_key(difference)
    parts = [
        tag("p", tag("b", comparison.ref), " ", dim(say_difference(difference))),
        tag("p", dim(key)) if key else None,
        _draw_schema(comparison),
        _draw_columns(comparison),
        _draw_rows(comparison),
    ]
    return tag("section", *parts, class_="nb-table", aria_label=comparison.ref)


def _draw_schema(comparison: TableComparison) -> Markup | None:
    lines = [tag("li", say_column_change(one)) for one in comparison.difference.schema]
    return tag("ul", *lines) if lines else None


def _draw_columns(comparison: TableComparison) -> Markup | None:
    sides = ({one.name: one for one in side} for side in (comparison.before, comparison.after))
    before, after = sides
    counts = {one.name: say_column_difference(one) for one in comparison.difference.columns}
    names = [*counts, *(name for name in {**before, **after} if name not in counts)]
    if not names:
        return None
    rows = comparison.difference.rows
    lines = [
        tag(
            "tr",
            tag("th", name, scope="row"),
            tag("td", counts.get(name, "")),
            *(
                _draw_side(side, name, count)
                for side, count in zip((before, after), rows, strict=True)
            ),
        )
        for name in names
    ]
    heads = ("column", "differs in", "before", "after")
    return _draw_table(heads, lines, f"Columns of {comparison.ref} that differ")


def _draw_side(side: Mapping[str, ColumnProfile], name: str, rows: int) -> Markup:
    column = side.get(name)
    if column is None:
        return tag("td", dim("not there"))
    facts = (say_range(column), say_different(column, rows), say_missing(column, rows))
    shown = [tag("small", fact) for fact in facts if fact]
    return tag("td", draw_histogram(column), *shown)


def _draw_rows(comparison: TableComparison) -> Markup | None:
    """Return some of the rows that differ, with a column for each of their columns that does."""
    difference = comparison.difference
    if not difference.examples:
        return None
    rows = [one for one in difference.examples if one.kind == "changed"][:_ROWS]
    rows += [one for one in difference.examples if one.kind != "changed"][:_ROWS]
    names = list(dict.fromkeys(cell.column for row in rows for cell in row.cells))[:_COLUMNS]
    lines = [tag("tr", *map(_draw_key, one.key), *_draw_change(one, names)) for one in rows]
    heads = (*difference.key, *(names or [""]))
    return _draw_table(heads, lines, f"Rows of {comparison.ref} that differ")


def _draw_key(text: str | None) -> Markup:
    return tag("td", "null", class_="nb-null") if text is None else tag("td", text)


def _draw_change(change: RowChange, names: Sequence[str]) -> Iterator[Markup]:
    """Yield a cell for each column: both values, or once that the row was added or removed."""
    if change.kind != "changed":
        span = str(max(1, len(names)))
        yield tag("td", dim(change.kind), colspan=span, class_=f"nb-{change.kind}")
        return
    cells = {cell.column: cell for cell in change.cells}
    for name in names:
        said = say_cell_change(cells[name]) if name in cells else ""
        yield tag("td", said, class_="nb-long" if len(said) > _LONG else None)


def _draw_table(heads: tuple[str, ...], lines: list[Markup], label: str) -> Markup:
    head = tag("thead", tag("tr", *(tag("th", one, scope="col") for one in heads)))
    table = tag("table", head, tag("tbody", *lines), class_="nb-rows")
    return tag("div", table, class_="nb-scroll", role="region", tabindex="0", aria_label=label)
