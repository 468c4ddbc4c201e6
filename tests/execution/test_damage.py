"""What a run does about damaged results: makes them again, and all that was made from them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.execution.run import execute
from nbflow.model import Reason, Request
from nbflow.planning import Plan, make_plan
from nbflow.runs.fold import Run
from nbflow.storage.results import damage
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write_pipeline

pytestmark = pytest.mark.kernel

MAKE = [
    cell("n = 1000", "parameters"),
    cell("import nbflow, pathlib\nimport numpy as np, pandas as pd"),
    cell('nbflow.write("t", pd.DataFrame({"x": np.arange(n) * 2.0}))'),
    cell('pathlib.Path("out.csv").write_text("1\\n" * 1000)'),
    cell('nbflow.write("f", pathlib.Path("out.csv"))'),
]
USE = [
    cell("k = 1", "parameters"),
    cell('import nbflow\nt, f = nbflow.read("a.t"), nbflow.read("a.f")', "inputs"),
    cell('nbflow.write("s", [float(t.x.sum()), len(f.read_text().splitlines())])'),
]
RIGHT = [999000.0, 1000]


def plan(made: PipelineFolder, **request: object) -> Plan:
    return make_plan(made, read_folder(made), Request(**request))


def run(made: PipelineFolder, **request: object) -> Run:
    return execute(plan(made, **request))


def statuses(ended: Run) -> list[str]:
    return [step.status for step in ended.steps.values()]


def find(made: PipelineFolder, pattern: str) -> Path:
    (found,) = (made.home / "results").glob(pattern)
    return found


def flip(path: Path, at: int) -> None:
    """Change a byte as a disk does: neither size nor time tells it."""
    before = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(1)
        file.seek(at)
        file.write(bytes([255 - old[0]]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_was_changed_is_made_again_before_anything_reads_it(tmp_path):
    made = write_pipeline(tmp_path, a=MAKE, b=USE)
    assert run(made).read("b.s") == RIGHT
    hurt = find(made, "a/*/files/f/out.csv")
    hurt.chmod(0o644)
    os.truncate(hurt, 20)
    assert plan(made).steps["a"].why == (
        Reason(
            "damaged",
            hurt.parent.parent.parent.name,
            "files/f/out.csv",
            "it has 20 bytes, and 2,000 were written",
        ),
    )
    again = run(made, parameters={"k": 2})
    assert statuses(again) == ["done", "done"]
    assert again.read("b.s") == RIGHT
    (warned,) = again.warnings
    assert (warned.code, warned.facts["file"]) == ("damaged-result", "files/f/out.csv")
    assert warned.facts["aside"].endswith(f"/damaged/a/{hurt.parent.parent.parent.name}")
    last = run(made)  # b of before was made from it, nobody knows whether it was whole then
    assert statuses(last) == ["reused", "done"]
    assert last.steps["b"].why == (
        Reason("input-damaged", "a.t"),
        Reason("input-damaged", "a.f"),
    )
    assert statuses(run(made)) == ["reused", "reused"]


def test_what_only_its_content_tells_fails_its_reader_and_is_made_again_by_the_next_run(tmp_path):
    made = write_pipeline(tmp_path, a=MAKE, b=USE)
    run(made)
    hurt = find(made, "a/*/arrow/t.arrows")
    flip(hurt, hurt.stat().st_size // 2)
    first = run(made, parameters={"k": 2})
    assert statuses(first) == ["reused", "failed"]
    failure = first.steps["b"].failure
    assert failure is not None
    assert failure.type == "DamageError"
    assert f"{hurt} is damaged: its content is not what was written." in failure.message
    second = run(made, parameters={"k": 2})
    assert statuses(second) == ["done", "done"]
    assert second.read("b.s") == RIGHT


def test_what_was_made_from_damage_that_nobody_saw_does_not_outlive_it(tmp_path):
    made = write_pipeline(tmp_path, a=MAKE, b=USE)
    run(made, parameters={"n": 200_000})
    hurt = find(made, "a/*/arrow/t.arrows")
    flip(hurt, hurt.stat().st_size // 2 + 6)
    wrong = run(made, parameters={"n": 200_000, "k": 2})  # too large to be hashed at each read
    assert wrong.read("b.s") != [199_999 * 200_000.0, 1000]
    damage.write_note(hurt.parent.parent, "arrow/t.arrows", "its content is not what was written")
    again = run(made, parameters={"n": 200_000, "k": 2})
    assert statuses(again) == ["done", "done"]
    assert again.read("b.s") == [199_999 * 200_000.0, 1000]


def test_a_forced_step_that_gives_the_same_again_hides_no_damage(tmp_path):
    made = write_pipeline(tmp_path, a=MAKE, b=USE)
    run(made)
    hurt = find(made, "a/*/arrow/t.arrows")
    flip(hurt, hurt.stat().st_size // 2)
    os.utime(hurt)
    forced = run(made, force_steps=("a",))
    assert statuses(forced) == ["done", "done"]
