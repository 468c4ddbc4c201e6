"""Runs work on the process's connection, which Ctrl-C can stop."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

import duckdb

from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.errors import make_error

T = TypeVar("T")
_LOOK = 0.2  # seconds, after which a signal is noticed in any case
_PATIENCE = 0.1  # seconds between two interrupts: one that comes before the query begins is lost


def run(call: Callable[[], T]) -> T:
    """Return what a call returns. KeyboardInterrupt stops its query; DuckDB's errors are SqlError.

    It runs in a thread: in the main one DuckDB may hear of Ctrl-C only when it is done.
    """
    work = _Work(call)
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), daemon=True)
    connection = process_connection()
    try:
        thread.start()
        # Not join: interrupted, it takes the thread for finished (Python 3.11). Not for ever: a
        # signal that the system hands to another thread does not wake this one.
        while not work.done.wait(_LOOK):
            pass
    except KeyboardInterrupt:
        work.stopped = True
        while thread.is_alive() and not work.done.is_set():
            connection.interrupt()
            work.done.wait(_PATIENCE)
        raise
    return _translate(work.future)


@contextlib.contextmanager
def finding_variables() -> Iterator[None]:
    """Let DuckDB take Python's variables for tables while the block runs.

    In a transaction that an error has ended, DuckDB executes only ROLLBACK.
    """
    connection = process_connection()
    with contextlib.suppress(duckdb.TransactionException):
        connection.execute("SET python_enable_replacements = true")
    try:
        yield
    finally:
        with contextlib.suppress(duckdb.TransactionException):
            connection.execute("SET python_enable_replacements = false")


def explain(execute: Callable[[], Any], error: Exception) -> Exception:
    """Return the error with the line that DuckDB points at, which errors of lazy queries lack.

    `execute` runs the same statement at once; a statement that cannot be bound has no effect.
    """
    if not isinstance(error, duckdb.BinderException | duckdb.CatalogException):
        return error
    try:
        execute()
    except duckdb.TransactionException:  # the error has ended the transaction
        return error
    except duckdb.Error as pointed:
        return pointed
    with contextlib.suppress(duckdb.Error):
        process_connection().abort()
    return error


class _Work(Generic[T]):
    """A call and its result; a call that is stopped before it begins is never made."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self.future: Future[T] = Future()
        self.done = threading.Event()
        self.stopped = False

    def __call__(self) -> None:
        try:
            if not self.stopped:
                self.future.set_result(self._call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the caller waits
            self.future.set_exception(error)
        self.done.set()


def _translate(future: Future[T]) -> T:
    try:
        return future.result()
    except duckdb.Error as error:
        raise make_error(error) from error
