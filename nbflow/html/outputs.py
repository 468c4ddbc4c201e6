"""What a step wrote: tables and values."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from nbflow.html.markup import table
from nbflow.model import Output
from nbflow.text import say_bytes


def draw_outputs(outputs: Iterable[Output]) -> Markup:
    """Return a table of tables and values."""
    rows = (
        (
            one.name,
            one.kind,
            "" if one.rows is None else f"{one.rows:,}",
            say_bytes(one.bytes),
            _say_about(one),
        )
        for one in outputs
    )
    return table(("output", "kind", "rows", "size", "columns"), rows, right=2)


def _say_about(one: Output) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in (one.columns or {}).items())
    return "  ".join(part for part in (columns, one.note) if part)
