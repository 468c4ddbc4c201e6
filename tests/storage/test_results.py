"""Result folders: complete by a rename, found again, and never believed when they are broken."""

import msgspec
import pytest

from nbflow.errors import StoreError
from nbflow.model import Output, Parts, Result
from nbflow.storage.results import durability as lasting
from nbflow.storage.results import result_index
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import find_pipeline

RESULT = Result(
    id="20260101-000000-000aaa",
    step="clean",
    run="r1",
    key="k",
    parts=Parts(parameters={"month": 1}),
    outputs={"flights": Output("flights", "table", "h")},
    created=1.0,
    seconds=2.0,
)


@pytest.fixture
def pipeline(tmp_path):
    return find_pipeline(tmp_path)


def keep(pipeline, result=RESULT):
    making = pipeline.runs / "r1" / "tasks" / result.id / "1" / "result"
    making.mkdir(parents=True)
    folder = result_index.keep_result(pipeline, making, result)
    lasting.complete(pipeline, result)
    return folder


def test_a_result_is_there_once_it_is_renamed_into_place(pipeline):
    assert result_index.Snapshot(pipeline).find_result("clean", RESULT.id) is None
    folder = keep(pipeline)
    assert folder == pipeline.home / "results" / "clean" / RESULT.id
    assert result_index.Snapshot(pipeline).find_result("clean", RESULT.id) == RESULT
    assert result_index.read_result_ids(pipeline, "clean") == [RESULT.id]


def test_a_key_leads_to_its_result_until_that_is_removed(pipeline):
    keep(pipeline)
    open_store(pipeline.home).write_pointer("clean", "k", RESULT.id)
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") == RESULT
    open_store(pipeline.home).remove("clean", RESULT.id)
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") is None


def keep_another(pipeline, **changes):
    """Keep a result of these, and point the key "k" of clean to it."""
    other = msgspec.structs.replace(RESULT, **{"id": "20260101-000001-000bbb"} | changes)
    keep(pipeline, other)
    open_store(pipeline.home).write_pointer("clean", "k", other.id)


def test_a_pointer_to_the_result_of_another_key_is_not_believed(pipeline):
    keep_another(pipeline, key="another", parts=Parts(parameters={"month": 2}))
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") is None
    assert len(result_index.Snapshot(pipeline).read_all("clean")) == 1  # which is whole


def test_a_pointer_never_leads_to_another_step(pipeline):
    keep_another(pipeline, step="load")
    open_store(pipeline.home).write_pointer("clean", "k", "../load/20260101-000001-000bbb")
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") is None


def test_a_result_in_the_place_of_another_is_none(pipeline):
    folder = keep(pipeline)
    folder.rename(folder.with_name("20260101-000009-000ccc"))
    assert result_index.Snapshot(pipeline).read_all("clean") == []
    (pipeline.home / "results" / "load").mkdir()
    folder.with_name("20260101-000009-000ccc").rename(
        pipeline.home / "results" / "load" / RESULT.id
    )
    assert result_index.Snapshot(pipeline).find_result("load", RESULT.id) is None


BROKEN = {
    "empty": b"",
    "cut": b'{"id":',
    "binary": b"\xff\xfe",
    "a list": b"[]",
    "later": b'{"format": 99}',
    "deep": b"[" * 100_000,
    "deep within": b'{"parts": {"parameters": ' + b'{"a":' * 100_000,
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_counts_as_none(pipeline, content):
    folder = keep(pipeline)
    open_store(pipeline.home).write_pointer("clean", "k", RESULT.id)
    (pipeline.home / "keys" / "clean" / "k").write_bytes(content)
    assert result_index.Snapshot(pipeline).find_by_key("clean", "k") is None
    (folder / "result.json").write_bytes(content)
    assert result_index.Snapshot(pipeline).read_all("clean") == []


def test_fields_of_a_later_version_are_skipped(pipeline):
    folder = keep(pipeline)
    body = msgspec.json.decode((folder / "result.json").read_bytes())
    (folder / "result.json").write_bytes(msgspec.json.encode(body | {"mood": "good"}))
    assert result_index.Snapshot(pipeline).find_result("clean", RESULT.id) == RESULT


def test_a_place_that_cannot_be_written_is_an_error_that_says_so(pipeline):
    (pipeline.home / "results").mkdir(parents=True)
    (pipeline.home / "results" / "clean").write_text("in the way")
    with pytest.raises(StoreError, match=r"could not be kept in .*: File exists"):
        keep(pipeline)
