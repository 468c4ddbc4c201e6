"""The rows of a query in a file for programs: CSV, JSON or Parquet."""
# ruff: noqa: S608 - a query that is shown

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import msgspec

from nbflow.errors import StoreError
from nbflow.storage.duckdb import relations

_NUMBERS = {"UHUGEINT", "BIGNUM", "VARINT"}  # texts in Arrow, numbers in JSON
_JSON = dict.fromkeys(
    (*_NUMBERS, "INTERVAL", "TIME WITH TIME ZONE", "BIT", "UUID", "VARIANT"), "VARCHAR"
)
_PARQUET = {"HUGEINT": "DECIMAL(38,0)", "UHUGEINT": "DECIMAL(38,0)", "BIGNUM": "DECIMAL(38,0)"}


def write_csv(relation: Any, path: Path) -> None:
    relation.write_csv(str(path), header=True)


def write_parquet(relation: Any, path: Path) -> None:
    """Write Parquet. Sums of integers become decimals: DuckDB would make floats of them."""
    try:
        relations.recast(relation, _PARQUET).write_parquet(str(path))
    except Exception as error:
        if "negative intervals" not in str(error):
            raise
        pairs = zip(relation.columns, relation.types, strict=True)
        names = [name for name, kind in pairs if "INTERVAL" in str(kind)]
        raise StoreError(
            f"Parquet has no negative intervals, and there are some in {', '.join(names)}. Write "
            f'seconds instead, `select * replace (epoch("{names[0]}") as "{names[0]}") from …`, '
            "or CSV or JSON."
        ) from error


def write_json(relation: Any, path: Path) -> None:
    """Write a list of objects, a row a line, without holding all of it."""
    names = relation.project("*").columns
    makers = [_find_maker(str(kind)) for kind in relation.types]
    with path.open("wb") as file:
        _write_rows(names, makers, relation, file)


def read_columns(relation: Any) -> Iterator[list[list[Any]]]:
    """Yield the columns of some rows at a time, with texts for what only SQL has."""
    for batch in relations.read_relation(relations.recast(relation, _JSON)):
        yield list(map(_read, batch.columns))


def _write_rows(names: list[str], makers: list[Any], relation: Any, file: IO[bytes]) -> None:
    separator, encode = b"[\n", msgspec.json.Encoder(enc_hook=str).encode
    for columns in read_columns(relation):
        made = [map(make, one) if make else one for one, make in zip(columns, makers, strict=True)]
        for row in zip(*made, strict=True):
            file.write(separator + encode(dict(zip(names, row, strict=True))))
            separator = b",\n"
    file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def _read(column: Any) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError):  # moments that Python has none for
        values = column.cast("string").to_pylist()
    return values


def _find_maker(kind: str) -> Callable[[Any], Any] | None:
    """Return a function that makes JSON values of a column's values; None if none is needed."""
    if kind in _NUMBERS:
        return lambda text: None if text is None else msgspec.Raw(text.encode())
    odd = ("DOUBLE", "FLOAT", "REAL", "DECIMAL", "HUGEINT", "MAP", "UNION")
    return _make_plain if any(one in kind for one in odd) else None


def _make_plain(value: Any) -> Any:
    """Return a value as JSON has it: every digit of a decimal, texts for what is no number."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return msgspec.Raw(format(value, "f").encode())
    if isinstance(value, list | tuple):
        return [_make_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _make_plain(item) for key, item in value.items()}
    return value
