"""`python -m tests.benchmarks.handover`: handing a table from one step to the next.

`nbflow.write` and `nbflow.read` beside pandas' Parquet, pickle protocol 5 and DuckDB's `.df()`:
many rows of 8 columns (integers, floats, strings of low and high cardinality, timestamps), and 10
rows. All in turn, A B A B; medians. Each writes to a file, reads it back as pandas, and sums up every
column of what came back, once before it counts. Seconds are of the wall clock, memory is warm.
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from nbflow.storage import output_io

Ways = dict[str, tuple[Callable[[Path, pd.DataFrame], Any], Callable[[Path], Any]]]

PARTS = ("write", "read", "sum")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, help="Write all seconds here.")
    asked = parser.parse_args()
    figures = {str(rows): measure(rows, asked.rounds) for rows in (asked.rows, 10)}
    for rows, found in figures.items():
        report(int(rows), found)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1))


def measure(rows: int, rounds: int) -> dict[str, dict[str, list[float]]]:
    """Return the seconds of each way's writes, reads and sums, round by round."""
    frame = make_frame(rows)
    found: dict[str, dict[str, list[float]]] = {way: {what: [] for what in PARTS} for way in WAYS}
    for number in range(rounds + 1):
        for way in WAYS:
            taken = _measure_one(way, frame, check=number == 0)
            for what, seconds in zip(PARTS, taken, strict=True) if number else ():
                found[way][what].append(seconds)
    return found


def _measure_one(way: str, frame: pd.DataFrame, *, check: bool) -> tuple[float, float, float]:
    write, read = WAYS[way]
    with tempfile.TemporaryDirectory(prefix="nbflow-handover-") as folder:
        wrote, _ = _time(write, Path(folder), frame)
        took, back = _time(read, Path(folder))
        summed, sums = _time(sum_columns, back)
        assert len(back) == len(frame)
        if check:
            assert np.allclose(sums, sum_columns(frame), rtol=1e-9)
        if check and way != "duckdb":
            pd.testing.assert_frame_equal(back, frame)
        del back
    return wrote, took, summed


def sum_columns(frame: pd.DataFrame) -> list[float]:
    """Look at every value: numbers are summed, as are microseconds and the lengths of strings."""
    sums = []
    for name in frame:
        column = frame[name]
        if column.dtype.kind == "M":
            column = column.astype("datetime64[us]").astype("int64") // 1_000_000
        elif column.dtype.kind == "O":
            column = column.str.len()
        sums.append(float(column.sum()))
    return sums


def report(rows: int, found: dict[str, dict[str, list[float]]]) -> None:
    """Print medians in milliseconds, and how often ours goes into each of the others'."""
    print(f"{rows:,} rows x 8 columns, median milliseconds")
    ours = {what: statistics.median(seconds) for what, seconds in found["nbflow"].items()}
    for way, times in found.items():
        told = []
        for what, seconds in times.items():
            middle = statistics.median(seconds)
            spread = f"{min(seconds) * 1000:.1f} to {max(seconds) * 1000:.1f}"
            told.append(f"{what} {middle * 1000:8.1f} ({spread}; {middle / ours[what]:.1f} x ours)")
        print(f"  {way:8} {' · '.join(told)}")


def make_frame(rows: int) -> pd.DataFrame:
    chance = np.random.default_rng(2013)
    carriers = np.array([f"carrier {number}" for number in range(20)])
    seconds = pd.to_timedelta(chance.integers(0, 10**7, rows), unit="s")
    return pd.DataFrame(
        {
            "flight": chance.integers(0, 10**9, rows),
            "month": chance.integers(1, 13, rows),
            "delay": chance.normal(size=rows),
            "distance": chance.random(rows) * 5000,
            "carrier": pd.Series(carriers[chance.integers(0, 20, rows)]),
            "tail": pd.Series(chance.integers(0, 10**9, rows).astype(str)),
            "time": pd.Timestamp("2013-01-01") + seconds,
            "hour": chance.integers(0, 24, rows),
        }
    )


def _write_pickle(folder: Path, frame: pd.DataFrame) -> None:
    with (folder / "t").open("wb") as file:
        pickle.dump(frame, file, protocol=5)


def _read_pickle(folder: Path) -> Any:
    with (folder / "t").open("rb") as file:
        return pickle.load(file)


def _write_duckdb(folder: Path, frame: pd.DataFrame) -> None:
    with duckdb.connect(str(folder / "t")) as connection:
        connection.register("frame", frame)
        connection.execute("CREATE TABLE t AS FROM frame")


def _read_duckdb(folder: Path) -> Any:
    with duckdb.connect(str(folder / "t"), read_only=True) as connection:
        return connection.sql("FROM t").df()


WAYS: Ways = {
    "nbflow": (
        lambda folder, frame: output_io.write(folder, "t", frame),
        lambda folder: output_io.read(folder, "t"),
    ),
    "parquet": (
        lambda folder, frame: frame.to_parquet(folder / "t"),
        lambda folder: pd.read_parquet(folder / "t"),
    ),
    "pickle": (_write_pickle, _read_pickle),
    "duckdb": (_write_duckdb, _read_duckdb),
}


def _time(call: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    back = call(*arguments)
    return time.perf_counter() - started, back


if __name__ == "__main__":
    main()
