"""Work on the process's connection: interrupts, and DuckDB's errors as ours."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

from nbflow.errors import SqlError
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.interruptible import run

ENDLESS = "select sum(a.range * b.range) from range(100_000_000) a, range(100_000) b"


def fetch(query: str) -> Any:
    return run(lambda: process_connection().sql(query).fetchall())


@pytest.mark.parametrize("seconds", [0, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.1, 0.3])
def test_an_interrupt_stops_a_query_whenever_it_comes(seconds: float) -> None:
    over = threading.Event()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        _fetch_interrupted(seconds, over)
    over.set()
    assert time.monotonic() - began < 20
    assert fetch("select 7") == [(7,)]


def _fetch_interrupted(seconds: float, over: threading.Event) -> None:
    threading.Thread(target=_interrupt, args=(seconds, over), daemon=True).start()
    fetch(ENDLESS)


def _interrupt(seconds: float, over: threading.Event) -> None:
    """Interrupt; again where Python dropped it, as it does what strikes a finalizer."""
    over.wait(seconds)
    while not over.is_set():
        os.kill(os.getpid(), signal.SIGINT)
        over.wait(5)


def test_an_error_of_duckdb_is_ours_and_others_are_as_they_are() -> None:
    with pytest.raises(SqlError, match="syntax error"):
        fetch("selec 1")
    with pytest.raises(ZeroDivisionError):
        run(lambda: 1 / 0)
