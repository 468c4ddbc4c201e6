"""Work on the process's connection that Ctrl-C can stop, with DuckDB's errors as ours."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

import duckdb

from nbflow.errors import SqlError
from nbflow.store.connections import process_connection

T = TypeVar("T")
_PATIENCE = 0.1  # seconds between two interrupts: one that comes before the query begins is lost


def run(call: Callable[[], T]) -> T:
    """Return what a call returns; KeyboardInterrupt stops its query, other errors are SqlError.

    It runs in a thread: in the main one DuckDB may hear of Ctrl-C only when it is done.
    """
    future: Future[T] = Future()
    context = contextvars.copy_context()
    thread = threading.Thread(target=lambda: context.run(_fill, future, call), daemon=True)
    connection = process_connection()
    thread.start()
    try:
        wait([future])  # not join: interrupted, it takes the thread for finished (Python 3.11)
    except KeyboardInterrupt:
        while not future.done():
            connection.interrupt()
            wait([future], _PATIENCE)
        raise
    return _translate(future)


def explain(execute: Callable[[], Any], error: Exception) -> Exception:
    """Return the error with the line that DuckDB points at, which a lazy query's lacks.

    `execute` runs the same statement at once; what cannot be bound has no effect.
    """
    if not isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        return error
    try:
        execute()
    except duckdb.Error as pointed:
        return pointed
    with contextlib.suppress(AttributeError, duckdb.Error):  # DuckDB before 2.0 has no abort
        process_connection().abort()
    return error


def _fill(future: Future[T], call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001 - it is raised where the caller waits
        future.set_exception(error)


def _translate(future: Future[T]) -> T:
    try:
        return future.result()
    except duckdb.Error as error:
        raise SqlError(str(error)) from error
