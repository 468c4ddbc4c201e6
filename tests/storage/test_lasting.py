"""What a loss of power leaves: a result is complete, and its key given, when the disk has it."""

import os
from pathlib import Path

import pandas as pd
import pytest
from msgspec.structs import replace

from nbflow.execution.disk_flusher import Flusher
from nbflow.model import Parts, Result
from nbflow.storage import output_io
from nbflow.storage.results import durability as lasting
from nbflow.storage.results import result_index
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import find_pipeline

RESULT = Result("20260101-000000-000aaa", "clean", "r1", "k", Parts(), {}, 1.0, 2.0)


@pytest.fixture
def made(tmp_path):
    """A project, and its result that is still made aside: a table, a value, a file, a notebook."""
    pipeline = find_pipeline(tmp_path)
    making = pipeline.runs / "r1" / "tasks" / "clean" / "1" / "result"
    making.mkdir(parents=True)
    (tmp_path / "out.csv").write_text("1\n")
    output_io.write(making, "t", pd.DataFrame({"x": [1.0]}))
    output_io.write(making, "v", {"a": 1})
    output_io.write(making, "f", tmp_path / "out.csv")
    (making / "notebook.ipynb").write_text("{}")
    return pipeline, making


@pytest.fixture
def done(monkeypatch):
    """What the system was asked for, in order: ("flush", name) and ("rename", name)."""
    seen = []

    def fsync(descriptor, real=os.fsync):
        seen.append(("flush", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        real(descriptor)

    def rename(source, target, real=os.rename):
        seen.append(("rename", Path(target).name))
        real(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(os, "replace", rename)
    lasting._settled.clear()
    return seen


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux what is open")
def test_content_is_on_the_disk_before_the_result_that_before_its_folder_that_before_its_key(
    made, done
):
    pipeline, making = made
    result_index.keep_result(pipeline, making, RESULT)
    lasting.complete(pipeline, RESULT)
    content = {"t.arrows", "v.json", "out.csv", "outputs.json", "notebook.ipynb"}
    whole = done.index(("rename", "result.json"))
    assert {name for _, name in done[1:whole]} >= content
    assert done[whole - 1][1].startswith(".result.json")
    entries = {("flush", name) for name in (RESULT.id, "clean", "results", "arrow", "files", "f")}
    key = done.index(("rename", "k"))
    assert set(done[whole:key]) >= entries
    assert done[key - 1][1].startswith(".k.")
    assert ("flush", "clean") in done[key:]


def test_a_pending_result_is_read_and_its_key_leads_to_it_before_the_disk_has_it(made):
    pipeline, making = made
    folder = result_index.keep_result(pipeline, making, RESULT)
    assert result_index.Snapshot(pipeline).find_result("clean", RESULT.id) == RESULT
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") == RESULT
    assert result_index.Snapshot(pipeline).find_by_key("clean", "other") is None
    assert open_store(pipeline.home).is_pending("clean", RESULT.id)
    assert not (folder / "result.json").exists()


def test_what_is_not_to_be_reused_has_no_key_before_nor_after(made):
    pipeline, making = made
    once = replace(RESULT, reusable=False)
    result_index.keep_result(pipeline, making, once)
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") is None
    lasting.complete(pipeline, once)
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") is None
    assert (
        replace(result_index.Snapshot(pipeline).find_result("clean", RESULT.id), files={}) == once
    )


def test_a_result_that_was_removed_meanwhile_gets_no_key(made):
    pipeline, making = made
    result_index.keep_result(pipeline, making, RESULT)
    open_store(pipeline.home).remove("clean", RESULT.id)
    lasting.complete(pipeline, RESULT)
    assert not (pipeline.home / "keys").exists()


def test_a_run_ends_when_all_its_keys_are_given(made):
    pipeline, making = made
    result_index.keep_result(pipeline, making, RESULT)
    with Flusher(pipeline) as flusher:
        flusher.add(RESULT)
        assert flusher.finish() == []
        assert not open_store(pipeline.home).is_pending("clean", RESULT.id)
        assert (pipeline.home / "keys" / "clean" / "k").exists()


def test_a_disk_that_does_not_take_a_result_is_told_and_gives_no_key(made, monkeypatch):
    pipeline, making = made

    def fail(_):
        raise OSError(28, "No space left on device")

    result_index.keep_result(pipeline, making, RESULT)
    monkeypatch.setattr(os, "fsync", fail)
    with Flusher(pipeline) as flusher:
        flusher.add(RESULT)
        (told,) = flusher.finish()
    assert (told.code, told.facts["step"]) == ("not-on-disk", "clean")
    assert told.facts["why"] == "No space left on device"
    assert open_store(pipeline.home).is_pending("clean", RESULT.id)
    assert not (pipeline.home / "keys").exists()
