"""Rows that other modules of this folder measure, in nbflow's environment, and give back as JSON.

Each is called as `python -m tests.benchmarks.NAME … --json FILE` and writes a list of rows.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.benchmarks import peers
from tests.benchmarks.lab import Command, Lab
from tests.benchmarks.row import Row


def measure_handover(lab: Lab) -> list[Row]:
    """Rows 11 and 12: handing over large and small tables."""
    return _read_rows(lab, "handover")


def measure_scale(lab: Lab) -> list[Row]:
    """Row 14: pipelines of ever more trivial steps."""
    with lab.fresh() as folder:
        sizes = map(str, lab.sizes.scale)
        return _read_rows(lab, "scale", str(folder), "--steps", *sizes)


def _read_rows(lab: Lab, module: str, *words: str) -> list[Row]:
    with lab.fresh() as folder:
        file = folder / "rows.json"
        command = ("python", "-m", f"tests.benchmarks.{module}", *words, "--json", str(file))
        lab.run(Command("nbflow", command, peers.ROOT))
        return msgspec.json.decode(Path(file).read_bytes(), type=list[Row])
