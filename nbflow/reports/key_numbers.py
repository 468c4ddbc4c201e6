"""Reads the large numbers of a report, which an author writes under the name `findings`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbflow.errors import NbflowError
from nbflow.model import Output
from nbflow.reports.facts import KeyNumber
from nbflow.storage.kept_values import read_kept_value

NAME = "findings"
_MOST = 12


def read_numbers(folder: Path, output: Output) -> tuple[KeyNumber, ...]:
    """Return the numbers that an output holds; none where it is not written for that, or is gone.

    It is a table or a list of dicts with `label`, `value` and perhaps `against`; or a dict of
    values by label, where a value may be a dict with `value` and `against`.
    """
    if output.name != NAME or output.kind not in {"table", "json"}:
        return ()
    if output.kind == "table" and not {"label", "value"} <= (output.columns or {}).keys():
        return ()
    try:
        found = _read(folder, output)
    except NbflowError:  # its step tells of it
        return ()
    return tuple(map(_make_number, itertools.islice(_make_rows(found), _MOST)))


def _read(folder: Path, output: Output) -> Any:
    if output.kind == "table":
        from nbflow.storage import output_io  # noqa: PLC0415 - pyarrow only where a table is read

        return output_io.read(folder, NAME, to="arrow").slice(0, _MOST).to_pylist()
    return read_kept_value(folder, output)


def _make_rows(found: Any) -> Iterator[Mapping[str, Any]]:
    rows = map(_make_row, found.items()) if isinstance(found, dict) else found
    for row in rows if isinstance(rows, Iterable) else ():
        if isinstance(row, dict) and _is_plain(row.get("value")) and row.get("label"):
            yield row


def _make_row(item: tuple[Any, Any]) -> dict[str, Any]:
    label, value = item
    given = value if isinstance(value, dict) else {"value": value}
    return {"label": str(label).replace("_", " "), **given}


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, list | dict)


def _make_number(row: Mapping[str, Any]) -> KeyNumber:
    against = row.get("against")
    return KeyNumber(
        _say(row["value"]), str(row["label"]), "" if against is None else _say(against)
    )


def _say(value: Any) -> str:
    """Return a number with three digits that count, and separators of thousands."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:  # noqa: PLR2004 - decimals say nothing there
        return f"{value:,.0f}"
    return f"{value:.3g}"
