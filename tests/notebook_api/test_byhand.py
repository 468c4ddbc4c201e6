"""By hand: the newest finished run is read, or what was written by hand since; runs stay whole."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import nbflow
from nbflow import app
from nbflow.base.hashing import hash_bytes
from nbflow.base.ids import make_id
from nbflow.errors import CallError, StoreError
from nbflow.notebook_api import by_hand_store
from nbflow.runs.history import read_run
from nbflow.storage.results.left_files import read_left
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests import notebooks
from tests.notebook_api.conftest import finish_run

CELLS = [notebooks.cell("month: int = 1", "parameters"), notebooks.cell("flights = 1")]


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    made = notebooks.write_pipeline(tmp_path, clean_flights=CELLS)
    monkeypatch.chdir(made.folder)
    return made


def frame(number: int) -> pd.DataFrame:
    return pd.DataFrame({"n": [number]})


def read() -> int:
    return int(nbflow.read("clean_flights.flights")["n"][0])


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said since last asked; a script's goes to stderr."""
    return capsys.readouterr().err


def test_one_line_says_run_parameters_and_age(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, hours_ago=30)
    finish_run(
        pipeline,
        {"clean_flights": {"flights": frame(2)}},
        name="0412",
        parameters={"month": 1, "carriers": ["AA"]},
    )
    assert read() == 2
    assert said(capsys) == (
        "clean_flights.flights · run 0412 · month=1, carriers=['AA'] · 3 h old\n"
    )


def test_a_changed_notebook_is_said(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="0412")
    changed = [*CELLS, notebooks.cell("flights = 2")]
    notebooks.write(pipeline.folder / "clean_flights.ipynb", changed)
    read()
    assert said(capsys) == (
        "clean_flights.flights · run 0412 · 3 h old · clean_flights.ipynb changed since\n"
    )


def test_saved_outputs_are_no_change(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="0412")
    path = pipeline.folder / "clean_flights.ipynb"
    saved = json.loads(path.read_text())
    saved["cells"][1] |= {"outputs": [{"output_type": "stream"}], "source": ["flights ", "= 1"]}
    path.write_text(json.dumps(saved))
    read()
    assert said(capsys) == "clean_flights.flights · run 0412 · 3 h old\n"


def test_later_reads_stay_with_the_run_of_the_first(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}})
    assert read() == 1
    finish_run(pipeline, {"clean_flights": {"flights": frame(2)}}, hours_ago=2)
    assert read() == 1
    nbflow.use("latest")
    assert read() == 2


def test_a_newer_run_is_named_once(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, hours_ago=5)
    assert read() == 1
    finish_run(pipeline, {"clean_flights": {"flights": frame(2)}}, name="next", hours_ago=2)
    capsys.readouterr()
    assert read() == 1
    assert said(capsys).startswith("newer: run next · finished 2 h ago")
    assert read() == 1
    assert "newer" not in said(capsys)
    nbflow.use("last")
    assert read() == 2


def test_a_run_that_is_not_over_does_not_count(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}})
    finish_run(pipeline, {"clean_flights": {"flights": frame(2)}}, hours_ago=2, status="")
    assert read() == 1


def test_what_a_failed_run_finished_counts_and_says_so(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="0412", status="failed")
    assert read() == 1
    assert said(capsys) == "clean_flights.flights · run 0412 (failed) · 3 h old\n"


def test_what_a_run_reused_is_its_own(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    first = finish_run(pipeline, {"clean_flights": {"flights": frame(1)}})
    pins = read_run(pipeline, first.run).pins
    finish_run(pipeline, {}, reused=pins, hours_ago=1, name="second")
    assert read() == 1
    assert said(capsys) == "clean_flights.flights · run second · 3 h old\n"


def test_a_run_without_the_step_is_passed_over(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}})
    finish_run(pipeline, {"load_weather": {"hourly": frame(5)}}, hours_ago=1)
    assert nbflow.read("load_weather.hourly")["n"][0] == 5
    assert read() == 1


def test_what_was_written_by_hand_since_wins_and_says_so(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="0412")
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(9))
    assert said(capsys) == "clean_flights.flights · written by hand · 1 row\n"
    assert read() == 9
    assert said(capsys) == "clean_flights.flights · written by hand 0 s ago · after run 0412\n"


def test_a_run_that_finished_later_wins_over_what_was_written(pipeline: PipelineFolder) -> None:
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(9))
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, hours_ago=-1)
    assert read() == 1


def test_what_was_written_after_a_run_wins_though_the_clock_was_set_back(
    pipeline: PipelineFolder,
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, hours_ago=-10)
    nbflow.use(step="clean_flights")
    for number in (8, 9):
        nbflow.write("flights", frame(number))
        assert read() == number


def test_a_run_wins_over_what_was_written_while_the_clock_was_ahead(
    pipeline: PipelineFolder,
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, hours_ago=5)
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(8))
    written = by_hand_store.find_written(pipeline, "clean_flights", "flights")
    assert written is not None
    ahead = written.folder.with_name(make_id(time.time() + 10 * 3600))
    written.folder.rename(ahead)
    nbflow.write("flights", frame(9))  # is the newer of the two all the same
    assert read() == 9
    finish_run(pipeline, {"clean_flights": {"flights": frame(2)}}, hours_ago=3)
    nbflow.use("latest")
    assert read() == 2


def test_writes_by_hand_never_touch_a_run(pipeline: PipelineFolder) -> None:
    run = finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}).run
    folder = open_store(pipeline.home).fetch(
        "clean_flights", read_run(pipeline, run).pins["clean_flights"]
    )
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(9))
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_only_the_last_writes_are_kept_and_a_reader_keeps_its_own(pipeline: PipelineFolder) -> None:
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(0))
    lazy = nbflow.sql("select * from clean_flights.flights")
    for number in range(1, 6):
        nbflow.write("flights", frame(number))
    kept = by_hand_store.find_written(pipeline, "clean_flights", "flights")
    assert kept is not None
    assert len(list(kept.folder.parent.iterdir())) == by_hand_store.KEPT
    assert lazy.fetchall() == [(0,)]
    assert read() == 5


def test_a_write_that_fails_leaves_nothing(pipeline: PipelineFolder) -> None:
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(1))

    class Unkeepable:
        def __reduce__(self) -> str:
            raise TypeError("no")

    with pytest.raises(Exception, match=r"flights|Unkeepable|no"):
        nbflow.write("flights", Unkeepable())
    written = by_hand_store.find_written(pipeline, "clean_flights", "flights")
    assert written is not None
    assert list(written.folder.parent.iterdir()) == [written.folder]


@pytest.mark.parametrize("how", ["id", "prefix", "name", "last"])
def test_use_of_one_run_reads_exactly_it(pipeline: PipelineFolder, how: str) -> None:
    one = finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="0411", hours_ago=50)
    if how != "last":
        finish_run(pipeline, {"clean_flights": {"flights": frame(2)}}, name="0412")
    nbflow.use(step="clean_flights")
    nbflow.write("flights", frame(9))
    nbflow.use({"id": one.run, "prefix": one.run[:13], "name": "0411", "last": "last"}[how])
    assert read() == 1
    nbflow.use("latest")
    assert read() == 9


def test_use_says_what_is_read(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_run(pipeline, {}, name="0412", parameters={"month": 1})
    nbflow.use("0412")
    assert said(capsys) == "reading run 0412 · month=1 · finished 3 h ago\n"


def test_use_of_no_run(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {}, name="0411", hours_ago=5)
    finish_run(pipeline, {}, name="0412")
    with pytest.raises(CallError) as caught:
        nbflow.use("0413")
    assert str(caught.value) == (
        "nbflow.use('0413'): this is no finished run of notebooks: 0412, 0411. "
        "`nbflow runs` lists them all."
    )


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        (
            "clean_flight.flights",
            (
                "clean_flight.flights: notebooks has no step clean_flight. "
                "Did you mean clean_flights?"
            ),
        ),
        (
            "clean_flights.flight",
            (
                "clean_flights.flight: clean_flights wrote flights. Did you mean flights? "
                'Add nbflow.write("flight", …) to clean_flights, or correct the name.'
            ),
        ),
    ],
    ids=["step", "name"],
)
def test_nothing_to_read(pipeline: PipelineFolder, ref: str, message: str) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}})
    with pytest.raises(CallError) as caught:
        nbflow.read(ref)
    assert str(caught.value) == message


def test_the_only_step_that_writes_a_name_is_this_one(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}, "other": {"x": frame(2)}})
    nbflow.write("flights", frame(9))
    assert read() == 9


@pytest.mark.usefixtures("pipeline")
def test_a_write_of_nobody_warns_and_is_kept() -> None:
    with pytest.warns(
        UserWarning, match=r"kept as notebook\.found\. Restart .* say nbflow\.use\(step="
    ):
        nbflow.write("found", frame(9))
    assert nbflow.read("notebook.found")["n"][0] == 9


def test_without_a_project_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.warns(UserWarning, match=f"No project of nbflow holds {tmp_path}"):
        nbflow.write("found", frame(9))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nbflow.write("found", frame(9))  # it warned once
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CallError, match=r"clean_flights.flights: no project of nbflow holds"):
        nbflow.read("clean_flights.flights")


def test_an_area_that_cannot_be_written_keeps_nothing(pipeline: PipelineFolder) -> None:
    pipeline.home.mkdir(parents=True)
    pipeline.by_hand.write_text("a file where the folder should be")
    nbflow.use(step="clean_flights")
    with pytest.warns(UserWarning, match=r"notebooks: .*, so that nothing written is kept\."):
        nbflow.write("found", frame(9))


@pytest.mark.usefixtures("pipeline")
def test_threads_write_and_read() -> None:
    nbflow.use(step="clean_flights")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: nbflow.write(f"part_{number}", frame(number)), range(8)))
        read_back = pool.map(lambda n: nbflow.read(f"clean_flights.part_{n}")["n"][0], range(8))
        assert list(read_back) == list(range(8))


def test_the_same_cells_work_in_a_plain_script(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(3)}}, name="0412")
    script = pipeline.folder / "02_Double it.py"
    script.write_text(
        "import nbflow\n"
        'flights = nbflow.read("clean_flights.flights")\n'
        'nbflow.progress(0.5, "doubling")\n'
        'nbflow.write("twice", nbflow.sql("select 2 * n as n from flights"))\n'
    )
    command = [sys.executable, str(script)]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr == (
        "clean_flights.flights · run 0412 · 3 h old\ndouble_it.twice · written by hand · 1 row\n"
    )
    assert nbflow.read("double_it.twice")["n"][0] == 6


def test_a_run_of_a_later_version_is_called_so(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}})
    later = pipeline.runs / "20991101-000000-aaaaaa"
    later.mkdir()
    first = b'{"format":99,"seq":1,"time":1.0,"kind":"RunStarted"}\n'
    (later / "events.jsonl").write_bytes(first)
    with pytest.raises(CallError, match="this run is of a later version of nbflow: upgrade it"):
        nbflow.use(later.name)
    assert read() == 1


def test_a_file_written_by_hand_is_known_as_the_steps(pipeline: PipelineFolder) -> None:
    """So a run may put back the one that it made: this one is kept by hand."""
    (pipeline.folder / "out.csv").write_text("1\n")
    nbflow.use(step="clean_flights")
    nbflow.write("out", Path("out.csv"))
    (known,) = read_left(pipeline, "clean_flights")
    assert (known.key, known.hash) == ("notebooks/out.csv", hash_bytes("1\n"))


def test_several_runs_are_read_as_one_table(
    pipeline: PipelineFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    wider = pd.DataFrame({"n": [2], "late": [True]})
    finish_run(
        pipeline, {"clean_flights": {"flights": frame(1), "note": "a"}}, name="old", hours_ago=4
    )
    finish_run(pipeline, {"clean_flights": {"flights": wider, "note": "b"}}, name="new")
    both = nbflow.read("clean_flights.flights", run=["old", "last"])
    assert list(both.columns) == ["run", "n", "late"]
    assert both[["run", "n"]].to_dict("list") == {"run": ["old", "new"], "n": [1, 2]}
    assert both["late"].isna().tolist() == [True, False]
    assert "run old · 4 h old\nclean_flights.flights · run new" in said(capsys)
    assert nbflow.read("clean_flights.note", run=["old", "new"]) == {"old": "a", "new": "b"}
    assert nbflow.read("clean_flights.flights", run="old")["n"].tolist() == [1]


@pytest.mark.parametrize("to", ["arrow", "relation", "reader", "polars"])
def test_several_runs_come_in_each_form(pipeline: PipelineFolder, to: str) -> None:
    rows = pd.DataFrame({"n": [1, 2], "x": ["a", None]})
    finish_run(pipeline, {"clean_flights": {"flights": rows}}, name="old", hours_ago=4)
    finish_run(pipeline, {"clean_flights": {"flights": frame(3)}}, name="new")
    read = nbflow.read("clean_flights.flights", to=to, run=["old", "new"], where="n > 1")  # type: ignore[arg-type]
    found = read.fetchall() if to == "relation" else read.read_all() if to == "reader" else read
    if to == "polars":
        found = found.rows()
    elif to != "relation":
        found = [tuple(row.values()) for row in found.to_pylist()]
    assert found == [("old", 2, None), ("new", 3, None)]


def test_sql_reads_several_runs(pipeline: PipelineFolder) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="old", hours_ago=4)
    finish_run(pipeline, {"clean_flights": {"flights": frame(2)}}, name="new")
    query = "select * from clean_flights.flights"
    assert nbflow.sql(query, run=["old", "new"]).fetchall() == [("old", 1), ("new", 2)]
    assert nbflow.sql(query, run="old").fetchall() == [(1,)]
    assert nbflow.sql(query).fetchall() == [(2,)]
    assert nbflow.sql("select $run", run="old").fetchall() == [("old",)]
    assert app.sql.query(pipeline, query, "old,new").relation.fetchall() == [("old", 1), ("new", 2)]


def test_a_column_run_of_its_own_is_not_covered(pipeline: PipelineFolder) -> None:
    own = pd.DataFrame({"Run": [1]})
    finish_run(pipeline, {"clean_flights": {"flights": own}}, name="old", hours_ago=4)
    finish_run(pipeline, {"clean_flights": {"flights": own}}, name="new")
    with pytest.raises(StoreError, match="has a column run itself"):
        nbflow.read("clean_flights.flights", run=["old", "new"])
    with pytest.raises(StoreError, match="has a column run itself"):
        nbflow.sql("from clean_flights.flights", run=["old", "new"])
