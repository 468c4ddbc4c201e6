"""`python -m tests.benchmarks.quick`: in seconds, that all is right and nothing far too slow; for CI.

Ratios are of CPU time, which a busy machine changes less, and limits are wide.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.benchmarks import cells, chains
from tests.benchmarks.lab import SMALL, Command, Lab
from tests.benchmarks.measure import MeasureError, adopt_orphans
from tests.benchmarks.unchanged import make_finished

STEPS, NOTEBOOKS, CELLS = 5, 100, 50
LINE = 101 * 990 + 1  # characters of output of a cell


class Check(msgspec.Struct, frozen=True):
    """CPU seconds of nbflow and of what it is beside, and the ratio that it must stay under."""

    name: str
    nbflow: float
    other: float
    limit: float

    @property
    def ratio(self) -> float:
        return self.nbflow / self.other


class WrongError(Exception):
    """A run did not make what it should have made."""


def main() -> int:
    adopt_orphans()
    lab = Lab(rounds=1, slow=1, sizes=SMALL, here=True)
    try:
        slow = [check.name for check in measure(lab) if not _is_quick(check)]
    except (WrongError, MeasureError) as problem:
        print(f"wrong: {problem}", file=sys.stderr)
        return 1
    finally:
        lab.close()
    for name in slow:
        print(f"too slow: {name}. `python -m tests.benchmarks` says more.", file=sys.stderr)
    return 1 if slow else 0


def measure(lab: Lab) -> Iterator[Check]:
    """Yield each check once what was run is seen to be right; raises WrongError."""
    with lab.fresh() as folder:  # the first imports may compile what later ones find compiled
        lab.run(chains.make_nbflow(folder, 1))
    yield _check_chain(lab)
    yield _check_unchanged(lab)
    yield _check_outputs(lab)


def _is_quick(check: Check) -> bool:
    said = f"{check.nbflow:.2f} s of CPU beside {check.other:.2f} s"
    print(f"{check.name}: {said}, ratio {check.ratio:.2f}, limit {check.limit:.2f}", flush=True)
    return check.ratio <= check.limit


def _check_chain(lab: Lab) -> Check:
    with lab.fresh() as ours, lab.fresh() as theirs:
        own = lab.run(chains.make_nbflow(ours, STEPS))
        other = lab.run(chains.make_papermill(theirs, STEPS))
        for number in range(STEPS):
            _expect(_read_prints(_find_executed(ours, chains.name(number))), "1\n")
        last = chains.name(STEPS - 1)
        table = ours / "table.csv"
        query = f"from {last}.t"
        words = ("nbflow", "sql", query, "--output", str(table), "-C", str(ours / "notebooks"))
        lab.run(Command("nbflow", words, ours))
        _expect(table.read_text(encoding="utf-8").split(), ["n", "1", str(STEPS - 1)])
    return Check(f"chain of {STEPS} beside papermill in one process", own.cpu, other.cpu, 0.6)


def _check_unchanged(lab: Lab) -> Check:
    with lab.fresh() as folder:
        notebooks = make_finished(lab, folder / "made", NOTEBOOKS)
        answer = folder / "plan.json"
        script = f"nbflow plan {notebooks} --json > {answer}"
        command = Command("nbflow", ("sh", "-ec", script), folder)
        lab.run(command)
        own = lab.run(command)
        other = lab.run(Command("papermill", ("python", "-c", "import papermill"), folder))
        steps = json.loads(answer.read_text(encoding="utf-8"))["steps"]
        _expect([step["action"] for step in steps], ["reuse"] * NOTEBOOKS)
    return Check(
        f"plan of {NOTEBOOKS} unchanged notebooks beside importing papermill",
        own.cpu,
        other.cpu,
        1.5,
    )


def _check_outputs(lab: Lab) -> Check:
    with lab.fresh() as ours, lab.fresh() as theirs:
        own = lab.run(cells.make_nbflow_outputs(ours, CELLS))
        other = lab.run(cells.make_papermill_outputs(theirs, CELLS))
        for executed in (_find_executed(ours, "one"), theirs / "out.ipynb"):
            _expect(len(_read_prints(executed)), LINE * CELLS)
    return Check(f"{CELLS} cells of 100 kB beside papermill's command", own.cpu, other.cpu, 0.6)


def _find_executed(folder: Path, name: str) -> Path:
    found = list(folder.glob(f".nbflow/*/runs/*/tasks/{name}/*/executed.ipynb"))
    _expect(len(found), 1)
    return found[0]


def _read_prints(path: Path) -> str:
    """Return all that a notebook's cells printed, in order."""
    executed = json.loads(path.read_text(encoding="utf-8"))
    outputs = (one for cell in executed["cells"] for one in cell.get("outputs", ()))
    return "".join("".join(one["text"]) for one in outputs if one.get("name") == "stdout")


def _expect(found: object, expected: object) -> None:
    if found != expected:
        shown = (f"{str(one)[:200]}" for one in (found, expected))
        raise WrongError(" is not ".join(shown))


if __name__ == "__main__":
    sys.exit(main())
