"""What a plan decides about results that lie there: without a kernel, and no run has made them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.base.hashing import hash_file
from nbflow.model import Output, Reason, Request, Result, Taken
from nbflow.planning import Plan, make_key, make_parts, make_plan
from nbflow.planning.make import find_inputs
from nbflow.storage.results import result_index
from nbflow.storage.results.damage import write_note
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, notebook, write_pipeline

LOAD = [cell("month = 1", "parameters"), cell("import nbflow\nnbflow.write('raw', month)")]
CLEAN = [
    cell("import nbflow\nraw = nbflow.read('load.raw')", "inputs"),
    cell("nbflow.write('clean', raw)"),
]
RAW = {"raw": Output("raw", "json", hash="v1")}


def plan(made: PipelineFolder, **request) -> Plan:
    return make_plan(made, read_folder(made), Request(**request))


def keep(made: PipelineFolder, step: str, name: str = "r1", **fields) -> Result:
    """Leave a result of a step as it is planned now."""
    planned = plan(made)
    ready = planned.prepared[step]
    parts = make_parts(ready, find_inputs(ready.step, planned.reused))
    key = make_key(step, parts)
    given = {"outputs": RAW if step == "load" else {}, "created": time.time() - 60, **fields}
    result = Result(name, step, "0001", key, parts, seconds=2.0, **given)
    folder = open_store(made.home).fetch(step, name)
    folder.mkdir(parents=True)
    (folder / "result.json").write_bytes(result_index.encode_result(result))
    open_store(made.home).write_pointer(step, key, result.id)
    return result


def decisions(planned: Plan) -> dict[str, tuple[str, tuple[Reason, ...]]]:
    return {name: (one.action, one.why) for name, one in planned.steps.items()}


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    return write_pipeline(tmp_path, load=LOAD, clean=CLEAN)


def test_what_did_not_change_is_reused(made):
    keep(made, "load")
    keep(made, "clean")
    assert decisions(plan(made)) == {
        "load": ("reuse", (Reason("unwatched"),)),
        "clean": ("reuse", (Reason("unchanged"),)),
    }


def test_what_is_forced_runs(made):
    keep(made, "load")
    keep(made, "clean")
    forced = (Reason("forced"),)
    assert decisions(plan(made, force=True)) == {"load": ("run", forced), "clean": ("run", forced)}
    assert decisions(plan(made, force_steps=("load",))) == {
        "load": ("run", forced),
        "clean": ("wait", (Reason("waits", "load"),)),
    }


def test_what_reads_of_a_step_that_runs_waits(made):
    keep(made, "load")
    keep(made, "clean")
    assert decisions(plan(made, parameters={"month": 2})) == {
        "load": ("run", (Reason("parameter-changed", "month", 1, 2),)),
        "clean": ("wait", (Reason("waits", "load"),)),
    }


def test_what_comes_after_a_step_that_runs_waits(tmp_path):
    after = notebook(cell("", "parameters"), metadata={"nbflow": {"after": ["load"]}})
    made = write_pipeline(tmp_path, load=LOAD, last=after)
    keep(made, "load")
    keep(made, "last")
    assert plan(made).steps["last"].action == "reuse"
    planned = plan(made, parameters={"month": 2}).steps["last"]
    assert (planned.action, planned.why) == ("wait", (Reason("waits", "load"),))


def test_a_module_that_only_running_showed_counts(made):
    (made.project.root / "late.py").write_text("X = 1\n")
    keep(made, "load", seen_modules={"late.py": "the hash of another content"})
    assert decisions(plan(made))["load"] == ("run", (Reason("module-changed", "late.py"),))


@pytest.mark.parametrize(("age", "action"), [(7 * 3600, "run"), (5 * 3600, "reuse")])
def test_a_result_is_reused_as_long_as_the_option_cache_says(tmp_path, age, action):
    load = notebook(*LOAD, metadata={"nbflow": {"cache": "6h"}})
    made = write_pipeline(tmp_path, load=load)
    keep(made, "load", created=time.time() - age)
    planned = plan(made).steps["load"]
    assert planned.action == action
    assert (planned.why[0].code == "too-old") == (action == "run")


NEVER = [
    (notebook(*LOAD, metadata={"nbflow": {"cache": False}}), Reason("cache-off")),
    ([cell("import os\nday = os.getpid()", "parameters")], Reason("open-default", "day")),
]


@pytest.mark.parametrize(("cells", "why"), NEVER, ids=["cache = false", "a default that is open"])
def test_a_step_that_is_never_reused_runs(tmp_path, cells, why):
    made = write_pipeline(tmp_path, load=cells)
    keep(made, "load")
    assert decisions(plan(made)) == {"load": ("run", (why,))}


def test_the_newest_result_of_a_step_that_is_not_selected_is_read_and_called_stale(made):
    keep(made, "load")
    keep(made, "clean")
    planned = plan(made, only=("clean",), parameters={"load.month": 2})
    outside = planned.outside["load"]
    assert (outside.action, outside.result, outside.stale) == ("reuse", "r1", True)
    assert outside.why == (Reason("parameter-changed", "month", 1, 2),)
    assert planned.steps["clean"].action == "reuse"
    assert not plan(made, only=("clean",)).outside["load"].stale


def test_a_damaged_result_is_made_again_and_what_was_made_from_it(made):
    keep(made, "load")
    keep(made, "clean", inputs={"load.raw": Taken("r1", "v1")})
    write_note(open_store(made.home).fetch("load", "r1"), "values.json", "it is gone")
    assert decisions(plan(made)) == {
        "load": ("run", (Reason("damaged", "r1", "values.json", "it is gone"),)),
        "clean": ("wait", (Reason("waits", "load"),)),
    }
    keep(made, "load", "r2")
    assert decisions(plan(made))["clean"] == ("run", (Reason("input-damaged", "load.raw"),))


def test_a_file_that_was_opened_unsaid_counts(made):
    rates = made.folder / "rates.csv"
    rates.write_text("a")
    key = plan(made).traffic.name_path("load", os.path.realpath(rates))
    keep(made, "load", opened={key: hash_file(rates)})
    assert plan(made).steps["load"].action == "reuse"
    rates.write_text("another content")
    assert decisions(plan(made))["load"] == ("run", (Reason("opened-changed", key),))


def test_a_file_that_was_written_unsaid_and_is_used_counts(tmp_path):
    made = write_pipeline(
        tmp_path, load=LOAD, use=[cell("import nbflow\nnbflow.file('out.csv')", "inputs")]
    )
    out = made.folder / "out.csv"
    out.write_text("a")
    key = plan(made).traffic.name_path("load", os.path.realpath(out))
    keep(made, "load", wrote={key: hash_file(out)})
    assert plan(made).steps["load"].action == "reuse"
    out.write_text("another content")
    written = Reason("written-changed", key, before="load")
    assert decisions(plan(made))["load"] == ("run", (written,))
