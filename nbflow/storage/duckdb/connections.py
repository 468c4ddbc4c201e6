"""The process's DuckDB connection, and result files attached to it under private aliases."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from nbflow.base.hashing import hash_bytes
from nbflow.base.private_folders import make_room
from nbflow.errors import StoreError, UnknownNameError
from nbflow.storage.quoting import quote, quote_text
from nbflow.storage.results.store import TABLES

_STORAGE = "STORAGE_VERSION 'v1.0.0'"  # DuckDB 1.x refuses files in the default format of 2.0
_lock = threading.RLock()
_rooms: dict[int, Path] = {}  # by process, like connections
_numbers = itertools.count()
_own: dict[int, duckdb.DuckDBPyConnection] = {}  # by process: a forked kernel makes its own
_users: Counter[tuple[int, str]] = Counter()  # how many use a file, by connection and alias


def connect() -> duckdb.DuckDBPyConnection:
    """Return a new in-memory connection, set up as the store wants it."""
    connection = duckdb.connect(":memory:")
    # In a kernel without ipywidgets DuckDB shows no bar and refuses to be told so.
    with suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar = false")
    # Variables of nbflow's own functions are not tables.
    connection.execute("SET python_enable_replacements = false")
    # By default large queries spill into .tmp of the current folder, among the notebooks.
    connection.execute(f"SET temp_directory = {quote_text(str(_find_spill()))}")
    # Arrow's 32-bit offsets end at 2 GB of text in a chunk.
    connection.execute("SET arrow_large_buffer_size = true")
    return connection


def _find_spill() -> Path:
    """Return where a connection spills: DuckDB makes it when it must, and removes it again.

    It lies in a private folder of the process; the next run removes the folder of a killed process.
    """
    with _lock:
        maker = os.getpid()
        if maker not in _rooms:
            _rooms[maker] = make_room()
            atexit.register(_remove_room, maker)
        return _rooms[maker] / str(next(_numbers))


def _remove_room(maker: int) -> None:
    if os.getpid() == maker:
        shutil.rmtree(_rooms[maker], ignore_errors=True)


def process_connection() -> duckdb.DuckDBPyConnection:
    """Return this process's connection; a fork gets one of its own."""
    with _lock:
        if os.getpid() not in _own:
            _own[os.getpid()] = connect()
        return _own[os.getpid()]


@contextmanager
def attached(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, stays: bool = False
) -> Iterator[str]:
    """Attach a result's file read-only while the block runs.

    With `stays` it is attached for as long as the connection lives: views or lazy relations use
    it.
    """
    with _lock:
        alias = _attach(connection, folder)
        _users[id(connection), alias] += 1
    try:
        yield alias
    finally:
        if not stays:
            _release(connection, alias)


@contextmanager
def attached_to_write(
    connection: duckdb.DuckDBPyConnection, path: Path, block_size: int
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Attach a new file to be written while the block runs, then checkpoint and detach it.

    Gives a cursor, since the connection itself may be in the middle of a lazy result.
    """
    cursor, alias = connection.cursor(), f"{_make_alias(path)}_w"
    options = f"{_STORAGE}, BLOCK_SIZE {block_size}"
    cursor.execute(f"ATTACH {quote_text(str(path))} AS {quote(alias)} ({options})")
    try:
        yield cursor, alias
    except BaseException:
        with suppress(duckdb.Error):
            cursor.execute("ROLLBACK")
        with suppress(duckdb.Error):  # the first error is reported
            cursor.execute(f"DETACH {quote(alias)}")
        raise
    cursor.execute(f"DETACH {quote(alias)}")


@contextmanager
def set_aside(connection: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[None]:
    """Detach a result's file while it is replaced, then attach it again: views see the new one."""
    alias = _make_alias(folder)
    with _lock:
        connection.cursor().execute(f"DETACH DATABASE IF EXISTS {quote(alias)}")
        try:
            yield
        finally:
            _attach(connection, folder)


def _make_alias(folder: Path) -> str:
    return f"nbflow_{hash_bytes(os.path.realpath(folder))[:16]}"


def _attach(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """Attach on a cursor: the connection itself may be in the middle of a lazy result."""
    alias, path = _make_alias(folder), folder / TABLES
    if not path.exists():
        raise UnknownNameError(f"No tables were kept in {folder}: {TABLES} is not there.")
    try:
        connection.cursor().execute(
            f"ATTACH IF NOT EXISTS {quote_text(str(path))} AS {quote(alias)} (READ_ONLY)"
        )
    except duckdb.Error as error:
        raise StoreError(
            f"{path} cannot be opened: {error}\nIf another program has it open for writing, close"
            " it there; if the file is damaged, run the step again with --force-step."
        ) from error
    return alias


def _release(connection: duckdb.DuckDBPyConnection, alias: str) -> None:
    key = (id(connection), alias)
    with _lock:
        _users[key] -= 1
        if not _users[key]:
            connection.cursor().execute(f"DETACH {quote(alias)}")
