"""Damage of what is kept: noticed when it is read, named, noted for everybody, never served."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from nbflow.cli import program
from nbflow.errors import DamageError
from nbflow.model import Parts, Result, Taken
from nbflow.runs.cleaning import find_removable, remove
from nbflow.runs.liveness import take_snapshot
from nbflow.storage import output_io
from nbflow.storage.duckdb.filling import fill
from nbflow.storage.duckdb.result_tables import query
from nbflow.storage.results import damage, result_index
from nbflow.storage.results import durability as lasting
from nbflow.storage.results.checking import Report, check_results
from nbflow.storage.results.outputs import make_all_marks, read_written
from nbflow.workspace.pipeline_folder import find_pipeline

ID = "20260101-000000-000aaa"
FRAME = pd.DataFrame({"x": np.arange(1000) * 2.0, "s": [f"row {n}" for n in range(1000)]})


class Odd:
    """What is kept as a pickle."""

    def __init__(self, value):
        self.value = value

    __hash__ = None

    def __eq__(self, other):
        return self.value == other.value


VALUES = {
    "t": FRAME,
    "v": {"a": 42},
    "n": np.arange(100),
    "p": Odd([1, 2, 3]),
}


@pytest.fixture
def pipeline(tmp_path):
    return find_pipeline(tmp_path)


@pytest.fixture
def folder(pipeline):
    """A complete result that holds each kind of thing."""
    making = pipeline.runs / "r1" / "tasks" / "a" / "1" / "result"
    making.mkdir(parents=True)
    for name, value in VALUES.items():
        output_io.write(making, name, value)
    kept = pipeline.project.root / "kept"
    (kept / "sub").mkdir(parents=True)
    (kept / "out.csv").write_text("1\n" * 1000)
    (kept / "sub" / "more.csv").write_text("2\n")
    output_io.write(making, "f", kept)
    (making / "notebook.ipynb").write_text("{}")
    outputs = output_io.read_outputs(making)
    result = Result(ID, "a", "r1", "k", Parts(), outputs, 1.0, 2.0)
    folder = result_index.keep_result(pipeline, making, result)
    lasting.complete(pipeline, result)
    return folder


def flip(path: Path, at: int, count: int = 1) -> None:
    """Change bytes so that neither size nor time tells it."""
    before = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(at)
        old = file.read(count)
        file.seek(at)
        file.write(bytes(255 - one for one in old))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def find(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def cut(path: Path, size: int) -> None:
    path.chmod(0o644)
    os.truncate(path, size)


def zero(path: Path) -> None:
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(data[:middle] + bytes(500) + data[middle + 500 :])


CASES = {
    "a number of a table": ("t", "arrow/t.arrows", lambda at: flip(at, at.stat().st_size // 2)),
    "zeros within a table": ("t", "arrow/t.arrows", zero),
    "the head of a table": ("t", "arrow/t.arrows", lambda at: flip(at, 4, 4)),
    "the recipe of a table": ("t", "arrow/t.arrows", lambda at: flip(at, at.read_bytes().find(b"nbflow.frame") + 40)),
    "a table that is cut": ("t", "arrow/t.arrows", lambda at: cut(at, 5000)),
    "an empty table": ("t", "arrow/t.arrows", lambda at: cut(at, 0)),
    "a table that is gone": ("t", "arrow/t.arrows", Path.unlink),
    "a number in JSON": ("v", "files/v.json", lambda at: at.write_text(at.read_text().replace("42", "43"))),
    "other JSON": ("v", "files/v.json", lambda at: at.write_text("[]")),
    "JSON that is gone": ("v", "files/v.json", Path.unlink),
    "bytes of an array": ("n", "files/n.npy", lambda at: flip(at, at.stat().st_size - 8, 4)),
    "a pickle's bytes": ("p", "files/p.pickle", lambda at: flip(at, at.stat().st_size - 8, 2)),
    "another pickle": ("p", "files/p.pickle", lambda at: at.write_bytes(pickle.dumps(Odd([9])))),
    "a kept file that is cut": ("f", "files/f/kept/out.csv", lambda at: cut(at, 20)),
    "a kept file that is gone": ("f", "files/f/kept/sub/more.csv", lambda at: (at.chmod(0o644), at.unlink())),
    "a kept file of the same size": ("f", "files/f/kept/out.csv", lambda at: flip(at, 100)),
    "the list of what was written": ("v", "outputs.json", lambda at: cut(at, 30)),
    "no list of what was written": ("v", "outputs.json", Path.unlink),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_damage_is_named_when_it_is_read_and_then_known_to_all(pipeline, folder, case):
    name, file, hurt = CASES[case]
    hurt(folder / file)
    with pytest.raises(DamageError) as raised:
        output_io.read(folder, name)
    how = "is gone." if not (folder / file).exists() else "is damaged: "
    assert str(raised.value).startswith(f"{folder / file} {how}")
    assert str(raised.value).endswith(
        "The result is not used any more: `nbflow run` makes it again, and what was made from it."
    )
    noted = damage.read_notes(pipeline.home)
    assert noted.keys() == {("a", ID)}
    assert (noted["a", ID].file, noted["a", ID].key) == (file, "k")
    assert result_index.Snapshot(pipeline).find_result("a", ID) is None
    assert result_index.Snapshot(pipeline).find_by_key("a", "k") is None


@pytest.mark.parametrize("name", [*VALUES, "f"])
def test_what_is_whole_is_read_as_it_was(folder, name):
    read = output_io.read(folder, name)
    if name == "t":
        pd.testing.assert_frame_equal(read, FRAME)
    elif name == "n":
        np.testing.assert_array_equal(read, VALUES["n"])
    elif name == "f":
        assert (read / "sub" / "more.csv").read_text() == "2\n"
    else:
        assert read == VALUES[name]


def test_a_copy_of_a_store_is_sound_although_all_its_times_are_new(pipeline, folder):
    for path in folder.rglob("*"):
        os.utime(path)
    assert not take_snapshot(pipeline).is_damaged("a", ID)


PLANNED = {
    "a kept file that was changed": ("files/f/kept/out.csv", lambda at: (at.chmod(0o644), at.write_text("3\n" * 1000))),
    "a table that was changed": ("arrow/t.arrows", zero),
    "JSON that is gone": ("files/v.json", Path.unlink),
    "a pickle that is cut": ("files/p.pickle", lambda at: cut(at, 20)),
}  # fmt: skip


@pytest.mark.parametrize("case", PLANNED)
def test_what_was_changed_since_is_known_without_a_read(pipeline, folder, case):
    file, hurt = PLANNED[case]
    hurt(folder / file)
    snapshot = take_snapshot(pipeline)
    assert snapshot.is_damaged("a", ID)
    assert snapshot.notes["a", ID].file == file
    assert snapshot.find_sound("a") is None


def test_a_large_table_is_hashed_once_where_its_run_was_lost(pipeline):
    big = pd.DataFrame({"x": np.arange(200_000) * 2.0})
    making = pipeline.runs / "r2" / "tasks" / "big" / "1" / "result"
    making.mkdir(parents=True)
    output_io.write(making, "t", big)
    result = Result(ID, "big", "r2", "k", Parts(), output_io.read_outputs(making), 1.0, 2.0)
    kept = result_index.keep_result(pipeline, making, result)
    lasting.complete(pipeline, result)
    flip(kept / "arrow" / "t.arrows", 800_000)
    assert not take_snapshot(pipeline).is_damaged("big", ID)  # nobody has reason to look
    (pipeline.runs / "r2" / "events.jsonl").write_text("")
    hashed = []
    snapshot = take_snapshot(pipeline, lambda path: hashed.append(path.name) or "another")
    assert snapshot.is_damaged("big", ID)
    assert hashed == ["t.arrows"]


def test_a_pending_table_of_a_lost_run_is_hashed_as_a_table(pipeline):
    big = pd.DataFrame({"x": np.arange(200_000) * 2.0, "s": ["a", "b"] * 100_000})
    for run, changed in (("sound", False), ("hurt", True)):
        making = pipeline.runs / run / "tasks" / "big" / "1" / "result"
        making.mkdir(parents=True)
        output_io.write(making, "t", big)
        (pipeline.runs / run / "events.jsonl").write_text("")
        written = read_written(making)
        assert written.files["arrow/t.arrows"].hash == ""
        result = Result(
            run, "big", run, "k", Parts(), written.outputs, 1.0, 2.0, files=written.files
        )
        kept = result_index.keep_result(pipeline, making, result)
        if changed:
            flip(kept / "arrow" / "t.arrows", 800_000)
        assert take_snapshot(pipeline).is_damaged("big", run) is changed


def test_what_is_set_aside_is_still_there_and_still_known(pipeline, folder):
    (folder / "files" / "v.json").unlink()
    with pytest.raises(DamageError):
        output_io.read(folder, "v")
    (moved,) = damage.set_aside(pipeline)
    aside = damage.find_aside(pipeline, moved)
    assert not folder.exists()
    assert (aside / "arrow" / "t.arrows").exists()
    assert take_snapshot(pipeline).is_damaged("a", ID)
    assert damage.set_aside(pipeline) == []
    (removable,) = find_removable(pipeline)
    assert removable.path == aside
    remove(pipeline, [removable])
    assert not aside.exists()
    assert take_snapshot(pipeline).is_damaged("a", ID)


def test_what_is_derived_of_a_damaged_result_is_doubtful(pipeline, folder):
    making = pipeline.runs / "r2" / "tasks" / "b" / "1" / "result"
    making.mkdir(parents=True)
    taken = {"a.v": Taken(ID, "h")}
    result = Result(ID, "b", "r2", "kb", Parts(), {}, 1.0, 2.0, inputs=taken)
    result_index.keep_result(pipeline, making, result)
    lasting.complete(pipeline, result)
    assert take_snapshot(pipeline).find_doubtful(result) == ()
    (folder / "files" / "v.json").write_text("{}")
    assert take_snapshot(pipeline).find_doubtful(result) == ("a.v",)


def test_what_was_written_by_hand_is_to_be_written_again(tmp_path):
    output_io.write(tmp_path, "v", {"a": 42})
    (tmp_path / "files" / "v.json").write_text("{}")
    with pytest.raises(
        DamageError, match=r"v.json is damaged: it has 2 bytes, .* Write it again.$"
    ):
        output_io.read(tmp_path, "v")


DUCKDB = {
    "cut": lambda at: cut(at, 5000),
    "empty": lambda at: cut(at, 0),
    "changed": lambda at: flip(at, at.stat().st_size // 2, 4),
    "the head": lambda at: flip(at, 8, 8),
    "other bytes": lambda at: at.write_bytes(b"x" * at.stat().st_size),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("case", DUCKDB)
def test_a_damaged_duckdb_file_is_filled_anew_from_the_arrow_file(folder, case, marked):
    query("from a.t", {("a", "t"): folder}).fetchall()
    file = folder / "tables.duckdb"
    other = folder.with_name(f"{case}-{marked}")  # one that this process has not opened
    folder.rename(other)
    if not marked:
        (other / "tables.json").unlink()
    if not marked and case == "changed":
        return  # nothing says so but DuckDB's own checksums, when it reads that block
    DUCKDB[case](other / file.name)
    assert query("select sum(x) from a.t", {("a", "t"): other}).fetchall() == [(999000.0,)]
    assert output_io.read(other, "t", where="x = 4", columns=["s"]).s.tolist() == ["row 2"]


def test_a_damaged_duckdb_file_without_arrow_is_damage(folder):
    query("from a.t", {("a", "t"): folder}).fetchall()
    other = folder.with_name("other")
    folder.rename(other)
    (other / "arrow" / "t.arrows").unlink()
    cut(other / "tables.duckdb", 5000)
    with pytest.raises(
        DamageError,
        match=r"tables.duckdb is damaged: it cannot be used, and arrow/t.arrows was dropped",
    ):
        output_io.read(other, "t")


def test_a_damaged_arrow_file_fills_nothing(folder):
    zero(folder / "arrow" / "t.arrows")
    with pytest.raises(DamageError, match=r"t\.arrows is damaged"):
        query("from a.t", {("a", "t"): folder})
    assert not (folder / "tables.duckdb").exists()


WHOLE = {
    **{case: (file, hurt) for case, (_, file, hurt) in CASES.items()},
    "the notebook": ("notebook.ipynb", lambda at: at.write_text("[]")),
    "what says that it is complete": ("result.json", lambda at: cut(at, 100)),
}


@pytest.mark.parametrize("case", WHOLE)
def test_check_finds_what_is_damaged_and_sets_it_aside(pipeline, folder, case):
    file, hurt = WHOLE[case]
    assert check_results(pipeline).faults == ()
    hurt(folder / file)
    report = check_results(pipeline)
    (fault,) = report.faults
    assert (report.results, fault.step, fault.result, fault.file) == (1, "a", ID, file)
    assert take_snapshot(pipeline).is_damaged("a", ID)
    (repaired,) = check_results(pipeline, repair=True).faults
    assert repaired.repaired
    assert not folder.exists()
    assert check_results(pipeline) == Report(0, 0, ())


def test_check_fills_duckdbs_file_anew_where_the_arrow_file_is_whole(pipeline, folder):
    fill(folder)
    flip(folder / "tables.duckdb", 5000, 4)
    (fault,) = check_results(pipeline).faults
    assert (fault.file, fault.derived, fault.repaired) == ("tables.duckdb", True, False)
    assert not take_snapshot(pipeline).is_damaged("a", ID)
    (fault,) = check_results(pipeline, repair=True).faults
    assert fault.repaired
    assert check_results(pipeline).faults == ()


def test_check_says_what_is_damaged_and_what_to_do(pipeline, folder):
    (pipeline.project.root / ".nbflow").mkdir(exist_ok=True)
    run = CliRunner()
    where = str(pipeline.project.root)
    sound = run.invoke(program, ["check", "--results", where])
    assert (sound.exit_code, sound.output.strip()[-25:]) == (0, "all as they were written.")
    cut(folder / "arrow" / "t.arrows", 5000)
    found = run.invoke(program, ["check", "--results", where])
    assert found.exit_code != 0
    assert f"a {ID}  arrow/t.arrows: it has 5,000 bytes, and " in found.output
    assert "nbflow check --results --repair" in found.output
    repaired = run.invoke(program, ["check", "--results", "--repair", where])
    assert repaired.exit_code == 0
    assert "→ set aside" in repaired.output
    assert "nbflow run" in repaired.output


POWER = {
    "a table's content": ("arrow/t.arrows", zero),
    "a value": ("files/v.json", lambda at: cut(at, 3)),
    "a kept file": ("files/f/kept/out.csv", lambda at: flip(at, 100)),
    "the list of what was written": ("outputs.json", lambda at: cut(at, 0)),
    "the notebook": ("notebook.ipynb", lambda at: cut(at, 0)),
    "what says that it was made": ("pending.json", lambda at: cut(at, 0)),
    "nothing": ("notebook.ipynb", lambda _: None),
}


@pytest.mark.parametrize("case", POWER)
def test_a_loss_of_power_before_the_disk_had_a_result_leaves_none_that_is_not_whole(
    pipeline, folder, case
):
    file, hurt = POWER[case]
    making = pipeline.runs / "r3" / "tasks" / "a" / "1" / "result"
    shutil.copytree(folder, making, copy_function=shutil.copy2)
    (making / "result.json").unlink()
    (pipeline.runs / "r3" / "events.jsonl").write_text("")  # and it never finished
    marks = make_all_marks(making)
    outputs = read_written(making).outputs
    result = Result("2", "lost", "r3", "k", Parts(), outputs, 1.0, 2.0, files=marks)
    kept = result_index.keep_result(pipeline, making, result)
    before = (kept / file).stat()
    hurt(kept / file)
    os.utime(kept / file, ns=(before.st_atime_ns, before.st_mtime_ns))
    snapshot = take_snapshot(pipeline)
    known = snapshot.find_by_key("lost", "k")
    assert (known is not None and not snapshot.is_damaged("lost", "2")) is (case == "nothing")


def test_a_large_table_that_was_changed_since_is_not_read(pipeline):
    making = pipeline.runs / "r2" / "tasks" / "big" / "1" / "result"
    making.mkdir(parents=True)
    output_io.write(making, "t", pd.DataFrame({"x": np.arange(200_000) * 2.0}))
    result = Result(ID, "big", "r2", "k", Parts(), output_io.read_outputs(making), 1.0, 2.0)
    kept = result_index.keep_result(pipeline, making, result)
    lasting.complete(pipeline, result)
    os.utime(kept / "arrow" / "t.arrows")
    assert output_io.read(kept, "t").x.sum() == 199_999 * 200_000.0
    flip(kept / "arrow" / "t.arrows", 800_000)
    with pytest.raises(DamageError, match=r"t\.arrows is damaged: its content is not what was"):
        output_io.read(kept, "t")
