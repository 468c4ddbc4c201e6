"""`python -m tests.benchmarks [ROW…]`: nbflow beside its peers, in turn; writes RESULTS.md."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.benchmarks import (
    cells,
    chain,
    charts,
    example,
    figures,
    loop,
    memory,
    peers,
    results,
    start,
    unchanged,
)
from tests.benchmarks.lab import SMALL, Lab, Sizes
from tests.benchmarks.measure import adopt_orphans
from tests.benchmarks.row import Group, Row


class Measured(msgspec.Struct, frozen=True):
    """How a group of rows is measured, and how often; all of them together in an hour."""

    measure: Callable[[Lab], list[Row]]
    rounds: int = 5
    slow: int = 5  # rounds of those that take minutes


GROUPS: dict[str, Measured] = {
    "steady": Measured(chain.measure_steady),
    "tools": Measured(chain.measure_tools),
    "scripts": Measured(chain.measure_scripts),
    "fan": Measured(chain.measure_fan),
    "memory": Measured(memory.measure),
    "outputs": Measured(cells.measure_outputs),
    "unchanged": Measured(unchanged.measure),
    "start": Measured(start.measure, rounds=10),
    "loop": Measured(loop.measure_loop, rounds=10),
    "middle": Measured(loop.measure_middle),
    "handover": Measured(figures.measure_handover),
    "prints": Measured(cells.measure_prints),
    "scale": Measured(figures.measure_scale, rounds=3),
    "example": Measured(example.measure),
}
RAW = peers.ROOT / "build" / "bench"
RESULTS = Path(__file__).with_name("RESULTS.md")
DOCS = peers.ROOT / "docs"


def main() -> int:
    asked = _read_arguments()
    adopt_orphans()
    raw = RAW / "small" if asked.small else RAW
    raw.mkdir(parents=True, exist_ok=True)
    sizes, aside = (SMALL, raw) if asked.small else (Sizes(), None)
    failed = False
    for name in asked.rows if not asked.render else ():
        group = measure(name, asked.rounds, asked.slow_rounds, sizes)
        print(results.summarise(group.rows), flush=True)
        failed |= any(row.error for row in group.rows)
        keep(raw / f"{name}.json", group)
        write_results(raw, aside)  # each time: what was measured outlives an interrupt
    if asked.render:
        write_results(raw, aside)
    return int(failed)


def measure(name: str, rounds: int | None, slow: int | None, sizes: Sizes) -> Group:
    """Measure a group of rows; one that fails says so instead of stopping everything."""
    print(f"── {name}", flush=True)
    began, started = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M}", time.monotonic()
    how = GROUPS[name]
    lab = Lab(rounds=rounds or how.rounds, slow=slow or how.slow, sizes=sizes)
    try:
        rows = how.measure(lab)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the other rows are measured
        traceback.print_exc()
        rows = [Row(name, error=f"{began}: {_describe(problem)}")]
    finally:
        lab.close()
    return Group(name, began, time.monotonic() - started, tuple(rows))


def keep(file: Path, group: Group) -> None:
    """Keep what was measured; what fails now takes no earlier figures away."""
    if file.exists() and any(row.error for row in group.rows):
        before = msgspec.json.decode(file.read_bytes(), type=Group)
        figures = tuple(row for row in before.rows if not row.error)
        failed = tuple(row for row in group.rows if row.error)
        group = msgspec.structs.replace(before, rows=(*figures, *failed))
    part = file.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(group)))
    part.replace(file)


def _describe(problem: Exception) -> str:
    """Return what went wrong, without where this machine keeps things."""
    text = f"{type(problem).__name__}: {problem}"
    return text.replace(f"{peers.ROOT}/", "").replace(str(Path.home()), "~")


def write_results(raw: Path, aside: Path | None) -> None:
    """Render all that was measured, these rows and those of earlier calls."""
    read = {
        file.stem: msgspec.json.decode(file.read_bytes(), type=Group) for file in raw.glob("*.json")
    }
    groups = [read[name] for name in GROUPS if name in read]
    if not groups:
        print(f"nothing was measured yet: {raw} is empty")
        return
    file, docs = (aside / "RESULTS.md", aside) if aside else (RESULTS, DOCS)
    text = results.render(groups, find_machine(), peers.read_versions())
    file.write_text(text, encoding="utf-8")
    docs.mkdir(exist_ok=True)
    rows = [row for group in groups for row in group.rows]
    for name, chart in charts.make_charts(rows).items():
        (docs / name).write_text(charts.draw(chart), encoding="utf-8")
    print(f"written: {file}")


def find_machine() -> results.Machine:
    described = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in described if "model name" in line]
    memory_size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return results.Machine(
        processor=models[0] if models else platform.machine(),
        cores=os.cpu_count() or 1,
        memory=memory_size,
        system=f"{platform.system()} {platform.release().partition('-')[0]}",
        python=platform.python_version(),
    )


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(GROUPS))
    parser.add_argument("--rounds", type=int, help="by default each row's own")
    parser.add_argument("--slow-rounds", type=int, help="of peers that take minutes")
    parser.add_argument("--small", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--render", action="store_true", help="measure nothing, write RESULTS.md")
    asked = parser.parse_args()
    if unknown := set(asked.rows) - set(GROUPS):
        parser.error(f"no row {', '.join(sorted(unknown))}; there are: {', '.join(GROUPS)}")
    asked.rows = asked.rows or list(GROUPS)
    return asked


if __name__ == "__main__":
    sys.exit(main())
