"""Result folders: complete by a rename, found again, and never believed when they are broken."""

import msgspec
import pytest

from nbflow.errors import StoreError, UnknownNameError
from nbflow.model import Output, Parts, Result
from nbflow.project import find_project
from nbflow.store import results

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
def project(tmp_path):
    return find_project(tmp_path)


def keep(project, result=RESULT):
    making = project.runs / "r1" / "jobs" / result.id / "result"
    making.mkdir(parents=True)
    return results.keep_result(project, making, result)


def test_a_result_is_there_once_it_is_renamed_into_place(project):
    assert results.find_result(project, "clean", RESULT.id) is None
    folder = keep(project)
    assert folder == project.results / "clean" / RESULT.id
    assert results.read_result(project, "clean", RESULT.id) == RESULT
    assert results.read_result_ids(project, "clean") == [RESULT.id]


def test_ids_sort_by_time():
    ids = [results.make_id(at) for at in (1.0, 1.25, 1.5, 2.0, 86_400.0)]
    assert ids == sorted(ids)


def test_a_key_leads_to_its_result_until_that_is_removed(project):
    keep(project)
    pointer = results.Pointer(RESULT.id, {"late.py": "h"})
    results.write_pointer(project, "clean", "k", pointer)
    assert results.find_pointer(project, "clean", "k") == pointer
    results.remove_result(project, "clean", RESULT.id)
    assert results.find_pointer(project, "clean", "k") is None
    with pytest.raises(UnknownNameError, match="`nbflow run --to clean` makes one"):
        results.read_result(project, "clean", RESULT.id)


@pytest.mark.parametrize("content", [b"", b'{"id":', b"\xff\xfe", b"[]", b'{"format": 99}'])
def test_a_broken_file_counts_as_none(project, content):
    folder = keep(project)
    results.write_pointer(project, "clean", "k", results.Pointer(RESULT.id))
    (project.keys / "clean" / "k").write_bytes(content)
    assert results.find_pointer(project, "clean", "k") is None
    (folder / "result.json").write_bytes(content)
    assert results.read_results(project, "clean") == []


def test_fields_of_a_later_version_are_skipped(project):
    folder = keep(project)
    body = msgspec.json.decode((folder / "result.json").read_bytes())
    (folder / "result.json").write_bytes(msgspec.json.encode(body | {"mood": "good"}))
    assert results.read_result(project, "clean", RESULT.id) == RESULT


def test_a_place_that_cannot_be_written_is_an_error_that_says_so(project):
    project.results.mkdir(parents=True)
    (project.results / "clean").write_text("in the way")
    with pytest.raises(StoreError, match=r"could not be kept in .*: File exists"):
        keep(project)
