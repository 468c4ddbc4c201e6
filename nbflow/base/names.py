"""What a step is called: its file's stem as an identifier that DuckDB can use as a schema."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

# `select keyword_name from duckdb_keywords() where keyword_category in ('reserved',
# 'type_function')` of DuckDB 2.0: the words that break `select * from WORD.table`.
RESERVED = frozenset(
    """
    all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by
    case cast check collate collation column columns concurrently constraint create cross default
    deferrable desc describe distinct do else end except false fetch for foreign freeze from full
    generated glob group having ilike in initially inner intersect into is isnull join lambda
    lateral leading left like limit map natural not notnull null offset on only or order outer
    overlaps pivot pivot_longer pivot_wider placing positional primary qualify references
    returning right select semi show similar some struct summarize symmetric table tablesample
    then to trailing true try_cast tuple union unique unpack unpivot using variadic verbose when
    where window with
    """.split()  # noqa: SIM905 - a hundred words
)
SYSTEM = frozenset({"information_schema", "main", "memory", "pg_catalog", "system", "temp"})
_PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
Fault = Literal["", "empty", "no-identifier", "sql", "duckdb", "device"]
DEVICES = frozenset({"aux", "con", "nul", "prn"} | _PORTS)


def make_name(stem: str) -> str:
    """Return what the notebook of this stem is called: `02_Clean flights` is `clean_flights`."""
    text = unicodedata.normalize("NFKC", stem).lower()
    return re.sub(r"[\W_]*\W[\W_]*", "_", text).lstrip("0123456789_").rstrip("_")


def find_fault(name: str) -> Fault:
    """Return why a step cannot have this name; "" where it can."""
    if not name:
        return "empty"
    if not name.isidentifier():
        return "no-identifier"
    if name in RESERVED:
        return "sql"
    if name in SYSTEM:
        return "duckdb"
    return "device" if name in DEVICES else ""


def find_better(stem: str) -> str:
    """Return a name that a step can have."""
    ascii_only = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = make_name(ascii_only)
    better = f"{name}_step" if name else "step_" + re.sub(r"\W+", "_", ascii_only).strip("_")
    return better.rstrip("_")
