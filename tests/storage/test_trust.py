"""What another user wrote is not unpickled before the reader has said that it may be."""

import base64
import json
import os
import pickle
import shutil
import stat
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from click.testing import CliRunner

from nbflow.cli import program
from nbflow.errors import TrustError
from nbflow.storage import output_io, trust

OTHER, READER = 54321, 12345
needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="gives files to another user"
)


class Odd:
    """What is kept as a pickle, and leaves a trace where it is read."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (Path.touch, (Path(self.trace),))


@pytest.fixture
def store(monkeypatch):
    """The folder of a result in a project that every user can enter."""
    top = Path(tempfile.mkdtemp(prefix="nbt"))
    top.chmod(0o755)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(top / "config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(top / "system"))
    folder = top / "project" / ".nbflow" / "_root" / "results" / "a" / "1"
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(top)


def give(folder: Path, owner: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, owner)


def find_pipeline(folder: Path) -> Path:
    return folder.parents[4]


@needs_root
def test_a_value_of_another_user_is_read_once_that_is_trusted(store):
    trace = find_pipeline(store) / "executed"
    output_io.write(store, "p", Odd(str(trace)))
    give(store, OTHER)
    with pytest.raises(TrustError) as raised:
        output_io.read(store, "p")
    assert not trace.exists()
    assert str(raised.value) == (
        f"{store / 'files' / 'p.pickle'} was written by user {OTHER}, and holds a Python pickle: to "
        "read it is to run what they put into it, as you. If you trust all who can write there, say "
        f"so once: nbflow trust {find_pipeline(store)}"
    )
    said = CliRunner().invoke(program, ["trust", str(find_pipeline(store))])
    assert said.exit_code == 0, said.output
    output_io.read(store, "p")
    assert trace.exists()


@needs_root
def test_an_ordinary_table_and_plain_values_need_no_trust(store):
    frame = pd.DataFrame(
        {
            "when": pd.date_range("2026-01-01", periods=3, tz="Europe/Berlin"),
            "kind": pd.Categorical(["a", "b", "a"]),
            "n": pd.array([1, None, 3], dtype="Int64"),
        },
        index=pd.Index(["x", "y", "z"], name="key"),
    )
    output_io.write(store, "t", frame)
    output_io.write(store, "v", {"a": [1, 2]})
    give(store, OTHER)
    pd.testing.assert_frame_equal(output_io.read(store, "t"), frame)
    assert output_io.read(store, "v") == {"a": [1, 2]}
    assert len(output_io.read(store, "t", where="n = 1")) == 1
    assert output_io.read(store, "t", columns=["kind"]).columns.tolist() == ["kind"]


@needs_root
@pytest.mark.parametrize("to", ["pandas", "where", "columns"])
def test_a_pickle_that_was_put_into_a_table_is_not_read(store, to):
    trace = find_pipeline(store) / "executed"
    output_io.write(store, "t", pd.DataFrame({"x": [1.0]}, index=["a"]))
    path = store / "arrow" / "t.arrows"
    table = pa.ipc.open_stream(path.read_bytes()).read_all()
    recipe = json.loads(table.schema.metadata[b"nbflow.frame"])
    forged = base64.b64encode(pickle.dumps(Odd(str(trace)))).decode()
    recipe["columns"] = {"kept": "", "pickle": forged}
    metadata = dict(table.schema.metadata) | {b"nbflow.frame": json.dumps(recipe).encode()}
    with pa.ipc.new_stream(str(path), table.schema.with_metadata(metadata)) as writer:
        writer.write_table(table.replace_schema_metadata(metadata))
    (store / "outputs.json").write_text(
        '{"outputs":{"t":{"name":"t","kind":"table","hash":""}}}'  # as one would who forges it
    )
    give(store, OTHER)
    options = {"where": {"where": "x = 1"}, "columns": {"columns": ["x"]}}
    with pytest.raises(TrustError, match="nbflow trust"):
        output_io.read(store, "t", **options.get(to, {}))
    assert not trace.exists()


@needs_root
def test_another_reader_trusts_what_is_its_own_or_roots_and_no_third_users(store):
    output_io.write(store, "p", {1: "a pickle, by its key"})
    for owner, expected in ((0, 0), (READER, 0), (OTHER, 7)):
        give(store, owner)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.setuid(READER)
                output_io.read(store, "p")
                code = 0
            except TrustError:
                code = 7
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == expected


@needs_root
def test_what_root_has_said_for_everyone_holds_and_what_others_have_does_not(store):
    output_io.write(store, "p", {1: "a pickle"})
    give(store, OTHER)
    file = trust.find_file(everyone=True)
    said = CliRunner().invoke(program, ["trust", "--everyone", str(find_pipeline(store))])
    assert said.exit_code == 0, said.output
    assert output_io.read(store, "p") == {1: "a pickle"}
    for path in (file, file.parent):
        os.chown(path, OTHER, OTHER)
        with pytest.raises(TrustError):
            output_io.read(store, "p")
        os.chown(path, 0, 0)
    file.chmod(0o666)
    with pytest.raises(TrustError):
        output_io.read(store, "p")


@needs_root
def test_a_link_is_as_foreign_as_what_it_leads_to(store):
    output_io.write(store, "p", {1: "a pickle"})
    path = store / "files" / "p.pickle"
    foreign = find_pipeline(store) / "foreign"
    path.rename(foreign)
    os.chown(foreign, OTHER, OTHER)
    path.symlink_to(foreign)
    with pytest.raises(TrustError):
        output_io.read(store, "p")


def test_nobody_else_can_write_in_what_is_kept(store):
    before = os.umask(0)
    try:
        output_io.write(store, "t", pd.DataFrame({"x": [1.0]}))
        output_io.write(store, "p", {1: "a pickle"})
        output_io.read(store, "t", where="x = 1")
    finally:
        os.umask(before)
    for path in (store / "arrow/t.arrows", store / "files/p.pickle", store / "tables.duckdb"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o022 == 0, path


def test_what_is_trusted_is_listed_and_removed(store):
    run, pipeline = CliRunner(), find_pipeline(store)
    assert run.invoke(program, ["trust", "--list"]).output.strip() == (
        "You: no folder where others write is trusted."
    )
    run.invoke(program, ["trust", str(pipeline)])
    run.invoke(program, ["trust", str(pipeline)])
    assert run.invoke(program, ["trust", "--list"]).output.split() == [str(pipeline)]
    assert trust.is_trusted(store)
    assert not trust.is_trusted(pipeline.with_name("project2"))
    removed = run.invoke(program, ["trust", "--remove", str(pipeline)])
    assert removed.exit_code == 0, removed.output
    assert not trust.is_trusted(store)
    again = run.invoke(program, ["trust", "--remove", str(pipeline)])
    assert again.exit_code != 0


def test_a_store_elsewhere_is_trusted_with_its_project(store):
    pipeline = find_pipeline(store)
    (pipeline / "nbflow.toml").write_text(f'store = "{pipeline.parent / "elsewhere"}"')
    (pipeline.parent / "elsewhere").mkdir()
    CliRunner().invoke(program, ["trust", str(pipeline)])
    assert str(pipeline.parent / "elsewhere") in " ".join(trust.read_trusted(trust.find_file()))
