"""SQL over a step's inputs, by their qualified names, and over the Python variables around it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FrameType
from typing import Any

from nbflow.errors import CallError
from nbflow.step.names import Source
from nbflow.store.connections import process_connection
from nbflow.store.outputs import read_outputs
from nbflow.store.views import make_view, quote

_CALL = "__nbflow_query__"
_PART = r'(?:"((?:[^"]|"")+)"|([^\W\d]\w*))'
_QUALIFIED = re.compile(rf"(?<![\w.\"]){_PART}\s*\.\s*{_PART}")
_lock = threading.RLock()
_viewed: set[tuple[str, str]] = set()  # what is a view on the process's connection


def query(
    text: str,
    parameters: Mapping[str, Any],
    frame: FrameType,
    locate: Callable[[str, str], Source],
) -> Any:
    """Return a relation of the query; `frame` is the caller's, whose variables it may name."""
    with _lock:
        missing = _make_views(text, locate)
        try:
            return _execute(text, parameters, frame)
        except Exception as error:
            # duckdb is the store's alone, so its exceptions are known by their names.
            if type(error).__name__ == "CatalogException":
                _explain(missing, str(error))
            raise


def find_refs(text: str) -> Iterator[tuple[str, str]]:
    """Yield each `a.b` of a query once. Most are columns; a view too many does no harm."""
    for found in dict.fromkeys(_QUALIFIED.findall(text)):
        step, name = (found[at].replace('""', '"') or found[at + 1] for at in (0, 2))
        yield step.lower(), name


def _make_views(
    text: str, locate: Callable[[str, str], Source]
) -> dict[tuple[str, str], CallError]:
    """Make a view of each table that the query names; return what is none, and why."""
    missing: dict[tuple[str, str], CallError] = {}
    for step, name in find_refs(text):
        try:
            _make_view(step, name, locate(step, name))
        except CallError as error:
            missing[step, name] = error
            _drop_view(step, name)
    return missing


def _make_view(step: str, name: str, source: Source) -> None:
    kind = read_outputs(source.folder)[source.name].kind
    if kind != "table":
        raise CallError(
            f"{step}.{name} is no table but kept as {kind}, which SQL cannot query. "
            f'Take it by nbflow.read("{step}.{name}").'
        )
    make_view(process_connection(), step, name, source.folder)
    _viewed.add((step, name))


def _drop_view(step: str, name: str) -> None:
    """Drop a view of what was a table earlier in this kernel: nobody shall read it as of now."""
    if (step, name) in _viewed:
        process_connection().execute(f"DROP VIEW IF EXISTS memory.{quote(step)}.{quote(name)}")
        _viewed.discard((step, name))


def _execute(text: str, parameters: Mapping[str, Any], frame: FrameType) -> Any:
    """Run the query in a frame that holds the caller's variables: there DuckDB looks for them."""
    connection = process_connection()
    call = partial(connection.sql, text, params=dict(parameters) or None)
    connection.execute("SET python_enable_replacements = true")
    try:
        return eval(f"{_CALL}()", frame.f_globals, {**frame.f_locals, _CALL: call})  # noqa: S307
    finally:
        connection.execute("SET python_enable_replacements = false")


def _explain(missing: Mapping[tuple[str, str], CallError], message: str) -> None:
    """Raise the error of ours about the table that DuckDB did not find, if there is one."""
    for (_, name), error in missing.items():
        if re.search(rf"\b{re.escape(name)}\b", message):
            raise error from None
