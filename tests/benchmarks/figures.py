"""Makes rows of what `handover` and `scale` measure inside a process of nbflow's environment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import peers
from tests.benchmarks.compare import make_figures_row
from tests.benchmarks.lab import NBFLOW, Command, Lab
from tests.benchmarks.row import Row, Target

PEERS = {
    "parquet": "pandas' Parquet",
    "pickle": "pickle protocol 5",
    "duckdb": "DuckDB's .df()",
}
FEW = 10  # rows
_ONCE = 100  # steps, below which what a run costs once shows in the cost of a step


def measure_handover(lab: Lab) -> list[Row]:
    """Rows 11 and 12: handing over large and small tables."""
    rows = lab.sizes.rows
    found = _read_figures(lab, "handover", "--rows", str(rows), "--rounds", str(lab.rounds))
    large, small = found[str(rows)], found[str(FEW)]
    name = f"handing over {rows:,} rows of 8 columns"
    faster, tenth = Target(1.0), Target(1 / 10)
    note = (
        "numbers, times and the lengths of strings are summed; nbflow's read maps the file, and what "
        "is looked at is loaded then"
    )
    return [
        _make_row(f"{name}: write", large, ("write",), ("parquet",), must=faster, wish=tenth),
        _make_row(f"{name}: write", large, ("write",), ("pickle", "duckdb")),
        _make_row(f"{name}: read", large, ("read",), ("parquet",), must=faster, wish=tenth),
        _make_row(f"{name}: read", large, ("read",), ("pickle",), must=Target(2.0)),
        _make_row(f"{name}: read", large, ("read",), ("duckdb",)),
        _make_row(f"{name}: read and sum every column", large, ("read", "sum"), notes=(note,)),
        _make_row(f"{name}: write, read and sum", large, ("write", "read", "sum")),
        _make_row(
            f"handing over {FEW} rows: write and read",
            small,
            ("write", "read"),
            must=Target(limit=0.010),
            wish=Target(limit=0.003),
        ),
    ]


def measure_scale(lab: Lab) -> list[Row]:
    """Row 14: pipelines of ever more trivial steps, by the CPU time of a step.

    Medians of all rounds below 1,000 steps, of two at 1,000; 10,000 are measured once, in a fan.
    """
    with lab.fresh() as folder:
        steps = map(str, lab.sizes.scale)
        words = ("--folder", str(folder), "--rounds", str(lab.rounds), "--steps", *steps)
        found = _read_figures(lab, "scale", *words)
    return [
        _make_scale_row(found["rows"], shape, part, ratio)
        for shape, parts in found["ratios"].items()
        for part, ratio in parts.items()
    ]


def _make_scale_row(rows: list[dict[str, Any]], shape: str, part: str, ratio: float) -> Row:
    """Return how much dearer a step is at the most than in a pipeline that is no longer small."""
    costs = {row["steps"]: row[part] for row in rows if row["shape"] == shape}
    sizes = [size for size in costs if size >= _ONCE]
    shown = ", ".join(f"{cost:,.0f} µs at {size:,}" for size, cost in costs.items())
    return Row(
        f"scale, {shape}, {part}: a step over one of {sizes[0]:,}, up to {sizes[-1]:,} steps",
        against="itself",
        must=Target(limit=1.3),
        nbflow=(ratio,),
        unit="times",
        notes=(f"CPU time of a step, without what its kernel takes: {shown}",),
    )


def _make_row(
    name: str,
    found: dict[str, Any],
    parts: Sequence[str],
    ways: Sequence[str] = tuple(PEERS),
    **asked: Any,
) -> Row:
    """Return the row of what these parts took together, round by round."""
    seconds = {
        PEERS.get(way, way): tuple(
            map(sum, zip(*(found[way][part] for part in parts), strict=True))
        )
        for way in (NBFLOW, *ways)
    }
    return make_figures_row(name, seconds, **asked)


def _read_figures(lab: Lab, module: str, *words: str) -> dict[str, Any]:
    """Run `python -m tests.benchmarks.MODULE … --json FILE`, and return what it wrote."""
    with lab.fresh() as folder:
        file = folder / "figures.json"
        command = ("python", "-m", f"tests.benchmarks.{module}", *words, "--json", str(file))
        lab.run(Command("nbflow", command, peers.ROOT))
        return dict(json.loads(file.read_bytes()))
