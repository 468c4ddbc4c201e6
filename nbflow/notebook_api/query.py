"""SQL over a step's inputs, by their qualified names, and over the Python variables around it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Generator, Mapping
from functools import cache, partial
from types import FrameType
from typing import Any, NamedTuple

from nbflow.errors import CallError, SqlError, StoreError
from nbflow.notebook_api.query_parameters import bind
from nbflow.notebook_api.ref_names import Source
from nbflow.storage.duckdb import interruptible
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.result_tables import make_merged_view, make_view
from nbflow.storage.duckdb.statements import Statement, find_tables
from nbflow.storage.quoting import quote
from nbflow.storage.results.outputs import read_outputs

Locate = Callable[[str, str], Source]
LocateIn = Callable[..., Source]  # a Locate that also takes the runs
_RUN = re.compile(r"\$run\b")
Missing = dict[tuple[str, str], CallError]
_CALL = "__nbflow_query__"
_lock = threading.RLock()
# The views on the process's connection, and whose they are: they last as long as it does.
_viewed: dict[tuple[str, str], Source] = {}


class Scope(NamedTuple):
    """The variables that a query may name."""

    globals: dict[str, Any]
    locals: Mapping[str, Any]


class Ran(NamedTuple):
    """A statement and its relation: lazy for a query, executed for anything else."""

    statement: Statement
    relation: Any
    last: bool


def query(text: str, parameters: Mapping[str, Any], frame: FrameType, locate: LocateIn) -> Any:
    """Return a relation of the query; `frame` is the caller's, whose variables it may name.

    A parameter `run` that the query does not have chooses the runs whose tables it reads.
    """
    scope = Scope(frame.f_globals, frame.f_locals)
    if "run" in parameters and not _RUN.search(text):
        others = {name: value for name, value in parameters.items() if name != "run"}
        return _query_runs(text, others, scope, partial(locate, run=parameters["run"]))
    return _query(text, parameters, scope, locate)


def _query_runs(text: str, parameters: Mapping[str, Any], scope: Scope, locate: Locate) -> Any:
    """Return the rows of the query at once: its views last no longer."""
    with _lock:
        before = dict(_viewed)
        try:
            return _query(text, parameters, scope, locate).materialize()
        finally:
            _restore(before)


def _query(text: str, parameters: Mapping[str, Any], scope: Scope, locate: Locate) -> Any:
    with _lock:
        missing = _make_views(_read_refs(text), locate)
        try:
            return _execute(text, parameters, scope)
        except Exception as error:
            # Only the store imports duckdb, so its exceptions are recognized by name.
            if type(error).__name__ == "CatalogException":
                _explain(missing, str(error))
            raise


def run(
    text: str, scope: Scope, locate: Locate, *, passing: bool = False
) -> Generator[Ran, None, None]:
    """Run statements one after the other, each when the caller asks for the next.

    `$name` is bound to the variable of that name. Raises SqlError for whatever is wrong;
    KeyboardInterrupt stops the query. With `passing`, the views are restored
    at the end: lazy relations of earlier queries keep their tables.
    """
    with _lock:
        before = dict(_viewed)
        try:
            yield from _run(text, scope, cache(locate))  # each table is reported once
        finally:
            if passing:
                _restore(before)


def _run(text: str, scope: Scope, locate: Locate) -> Generator[Ran, None, None]:
    found = find_tables(text)
    for number, (statement, tables) in enumerate(found, 1):
        missing = _make_views([(one.step, one.name) for one in tables.refs], locate)
        parameters = bind(statement.parameters, scope.globals, scope.locals)
        call = partial(_execute_pointing, statement.text, parameters, scope)
        try:
            relation = interruptible.run(call)
        except SqlError as error:
            _explain(missing, str(error))
            raise
        yield Ran(statement, relation, last=number == len(found))


def _read_refs(text: str) -> list[tuple[str, str]]:
    try:
        found = find_tables(text)
    except SqlError:  # the query itself will say so
        return []
    refs = (ref for _, tables in found for ref in tables.refs)
    return list(dict.fromkeys((ref.step, ref.name) for ref in refs))


def _make_views(refs: list[tuple[str, str]], locate: Locate) -> Missing:
    """Make a view of each table that the query names; return the errors of those that cannot be."""
    missing: Missing = {}
    for step, name in refs:
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
    _show(step, name, source)


def _show(step: str, name: str, source: Source) -> None:
    if source.runs:
        make_merged_view(process_connection(), step, name, source.runs)
    else:
        make_view(process_connection(), step, name, source.folder)
    _viewed[step, name] = source


def _drop_view(step: str, name: str) -> None:
    """Drop a view from earlier in this kernel: its table is out of date."""
    if (step, name) in _viewed:
        process_connection().execute(f"DROP VIEW IF EXISTS memory.{quote(step)}.{quote(name)}")
        del _viewed[step, name]


def _restore(before: Mapping[tuple[str, str], Source]) -> None:
    for step, name in {*before, *_viewed}:
        earlier = before.get((step, name))
        if earlier is None:
            _drop_view(step, name)
        elif earlier != _viewed.get((step, name)):
            try:
                _show(step, name, earlier)
            except StoreError:  # its result was removed since
                _drop_view(step, name)


def _execute_pointing(text: str, parameters: Mapping[str, Any], scope: Scope) -> Any:
    """Run a statement; where it is wrong, the error points at the line."""
    try:
        return _execute(text, parameters, scope)
    except Exception as error:  # noqa: BLE001 - DuckDB's, and raised again
        at_once = partial(_execute, text, parameters, scope, how="execute")
        raise interruptible.explain(at_once, error) from None


def _execute(text: str, parameters: Mapping[str, Any], scope: Scope, *, how: str = "sql") -> Any:
    """Run the query in a frame that holds the variables: there DuckDB looks for them."""
    call = partial(getattr(process_connection(), how), text, **_make_arguments(how, parameters))
    with interruptible.finding_variables():
        return eval(f"{_CALL}()", scope.globals, {**scope.locals, _CALL: call})  # noqa: S307


def _make_arguments(how: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    name = "params" if how == "sql" else "parameters"
    return {name: dict(parameters)} if parameters else {}


def _explain(missing: Missing, message: str) -> None:
    """Raise nbflow's own error about the table that DuckDB did not find, if there is one."""
    for (_, name), error in missing.items():
        if re.search(rf"\b{re.escape(name)}\b", message):
            raise error from None
