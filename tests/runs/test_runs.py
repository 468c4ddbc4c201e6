"""Everything anyone sees is the fold of a run's events."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import filelock
import msgspec
import pytest

from nbflow.base.locks import hold, hold_too
from nbflow.errors import RunError, UnknownNameError
from nbflow.model import Failure, Output, Planned, Reason, Spent, make_warning
from nbflow.model import events as e
from nbflow.runs import history
from nbflow.runs import log as runlog
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run, StepRun, fold
from nbflow.runs.follow import follow
from nbflow.runs.log import Reader
from nbflow.workspace.pipeline_folder import find_pipeline

PLANNED = (
    Planned("load", "run", (Reason("no-result"),)),
    Planned("clean", "wait", (Reason("waits", "load"),), expected=2.0),
    Planned("report", "wait", (Reason("waits", "clean"),)),
)
STARTED = e.RunStarted(
    run="r1",
    pipeline="notebooks",
    name="nightly",
    planned=PLANNED,
    cells={"load": 2, "clean": 1, "report": 1},
    parents={"clean": ("load",), "report": ("clean",)},
    jobs=2,
)
TABLE = Output("flights", "table", "h", rows=3)
FAILURE = Failure("error", "KeyError", "carrier", cell=2, line=1)
SPENT = Spent(waiting=0.2, start=0.5, cells=0.6, reading=0.2, writing=0.1, shutdown=0.1)
STORY = [
    STARTED,
    e.StepStarted("load"),
    e.CellStarted("load", 1),
    e.CellFinished("load", 1, 0.5),
    e.CellStarted("load", 3),
    e.StepProgressed("load", 0.4, "joining"),
    e.CellFinished("load", 3, 0.5),
    e.StepFinished("load", "x1", 1.5, (TABLE,), spent=SPENT),
    e.StepDecided("clean", "run", (Reason("input-changed", "load.flights"),)),
    e.StepStarted("clean"),
    e.StepFailed("clean", FAILURE, 0.1, "failed.ipynb", SPENT),
    e.StepBlocked("report", (Reason("blocked", "clean"),)),
    e.RunFinished("failed", 1.7),
]


def make_lines(events):
    return [e.Line(seq, 100.0 + seq, event) for seq, event in enumerate(events, 1)]


def write_log(tmp_path, *runs):
    project = find_pipeline(tmp_path)
    for run_id, events in runs:
        folder = project.runs / run_id
        folder.mkdir(parents=True)
        lines = b"".join(map(runlog.to_line, make_lines(events)))
        (folder / "events.jsonl").write_bytes(lines)
    return project


def test_a_run_is_the_fold_of_its_events():
    assert fold(make_lines(STORY)) == Run(
        id="r1",
        pipeline="notebooks",
        name="nightly",
        status="failed",
        started=101.0,
        seconds=1.7,
        parents={"clean": ("load",), "report": ("clean",)},
        jobs=2,
        seq=13,
        steps={
            "load": StepRun(
                "load", "done", (Reason("no-result"),), "x1", 102.0, 1.5,
                cells=2, cells_done=2, outputs=(TABLE,), spent=SPENT,
            ),
            "clean": StepRun(
                "clean", "failed", (Reason("input-changed", "load.flights"),), started=110.0, seconds=0.1,
                expected=2.0, cells=1, failure=FAILURE, notebook="failed.ipynb", spent=SPENT,
            ),
            "report": StepRun(
                "report", "blocked", (Reason("blocked", "clean"),), cells=1,
            ),
        },
    )  # fmt: skip


def test_while_a_cell_runs_its_number_and_the_progress_text_are_known():
    step = fold(make_lines(STORY[:6])).steps["load"]
    assert (step.status, step.cell, step.cells_done, step.fraction, step.text) == (
        "running", 3, 1, 0.4, "joining",
    )  # fmt: skip


def test_a_second_attempt_begins_anew():
    failed = e.StepFailed("load", Failure("error", "KeyError", "'x'"), 1.0, "load.ipynb")
    again = e.StepStarted("load", attempt=2)
    events = [STARTED, e.StepStarted("load"), e.CellFinished("load", 1, 0.1), failed, again]
    step = fold(make_lines(events)).steps["load"]
    assert (step.status, step.attempt, step.cells_done) == ("running", 2, 0)
    assert (step.failure, step.notebook) == (None, "")


def test_what_is_reused_has_its_age_now_and_the_reason_that_the_run_found():
    why = (Reason("unchanged"),)
    lines = make_lines([STARTED, e.StepDecided("load", "run", (Reason("forced"),))])
    assert fold(lines).steps["load"].why == (Reason("forced"),)
    reused = fold(make_lines([STARTED, e.StepReused("load", "x1", 50.0, why)])).steps["load"]
    assert (reused.status, reused.result, reused.why) == ("reused", "x1", why)
    assert reused.made == 102.0 - 50.0
    assert reused.find_age(152.0) == 100.0


def test_skipped_and_cancelled_steps_and_all_warnings_are_kept():
    stopped = (Reason("stopped", "load"),)
    events = [STARTED, e.RunWarned(WARNING), e.StepStarted("load"), e.CellStarted("load", 3),
              e.StepProgressed("load", 0.4, "joining"), e.StepCancelled("load", seconds=2.0),
              e.StepSkipped("clean", stopped), e.RunWarned(WARNING)]  # fmt: skip
    run = fold(make_lines(events))
    load, clean = run.steps["load"], run.steps["clean"]
    assert (load.status, load.seconds, load.cell, load.fraction, load.text) == (
        "cancelled", 2.0, None, None, "",
    )  # fmt: skip
    assert (clean.status, clean.why) == ("skipped", stopped)
    assert run.warnings == (WARNING, WARNING)


def test_an_event_of_an_item_is_not_one_of_its_step():
    run = fold(make_lines([STARTED, e.StepStarted("load", item="jan")]))
    assert run.steps["load"].status == "waiting"


@pytest.mark.parametrize("kind", e.KINDS.values(), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_comes_back_from_its_line(kind):
    samples = {type(event): event for event in [*STORY, e.StepCancelled("a"),
               e.StepSkipped("a", (Reason("stopped", "b"),)), e.StepReused("a", "b", 1.0), e.RunWarned(WARNING),
               e.OutputPrinted("a", "text\n")]}  # fmt: skip
    line = e.Line(7, 1.5, samples[kind])
    assert runlog.from_line(runlog.to_line(line)) == line


def test_a_log_from_before_the_time_was_measured_is_read(tmp_path):
    log = tmp_path / "events.jsonl"
    log.write_bytes(
        b'{"format":2,"seq":1,"time":1.0,"kind":"StepFinished",'
        b'"step":"load","result":"x1","seconds":1.5,"outputs":[],"warnings":[]}\n'
    )
    assert [line.event for line in runlog.read_lines(log)] == [e.StepFinished("load", "x1", 1.5)]


def test_kinds_of_a_later_version_are_skipped_and_a_torn_line_is_not_there_yet(tmp_path):
    log = tmp_path / "events.jsonl"
    first, second = make_lines(STORY[:2])
    later = b'{"format":2,"seq":9,"time":1.0,"kind":"MoonRisen"}\n'
    log.write_bytes(runlog.to_line(first) + later + runlog.to_line(second)[:-5])
    assert list(runlog.read_lines(log)) == [first]


@pytest.mark.parametrize("most", [-1, 1])
def test_a_growing_log_is_read_piece_by_piece(tmp_path, most):
    log = tmp_path / "events.jsonl"
    first, second, third = make_lines(STORY[:3])
    log.write_bytes(
        runlog.to_line(first) + b"\xff\n" + runlog.to_line(second) + runlog.to_line(third)[:-5]
    )
    reader = Reader(log)
    assert reader.read_new(most) == ([first, second] if most < 0 else [first])
    found = [line for _ in range(3) for line in reader.read_new(most)]
    assert found == ([] if most < 0 else [second])
    log.write_bytes(log.read_bytes() + runlog.to_line(third)[-5:])
    assert reader.read_new(most) == [third]


@pytest.mark.parametrize(
    "damage",
    [b"", b"[]", b"{", b"\0\0", b"\xff", b'{"kind":[]}', b'{"seq":1,"time":1.0,"kind":"RunWarned"}',
     b'{"format":99,"seq":1,"time":1.0,"kind":"RunWarned","warning":{"code":"put-back"}}'],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_passed_over(tmp_path, damage):
    log = tmp_path / "events.jsonl"
    first, second = make_lines(STORY[:2])
    log.write_bytes(runlog.to_line(first) + damage + b"\n" + runlog.to_line(second))
    assert list(runlog.read_lines(log)) == [first, second]


def test_a_run_whose_lock_is_free_was_lost(tmp_path):
    project = write_log(tmp_path, ("r1", STORY[:6]))
    (project.runs / "r1" / "lock").touch()
    run = history.read_run(project, "r1")
    assert (run.status, run.steps["load"].status, run.steps["clean"].status) == (
        "lost", "lost", "waiting",
    )  # fmt: skip


def test_a_run_whose_lock_is_held_lives(tmp_path):
    project = write_log(tmp_path, ("r1", STORY[:6]))
    with filelock.FileLock(project.runs / "r1" / "lock"):
        assert history.read_run(project, "r1").status == "running"


def test_a_run_whose_lock_was_deleted_lives_as_long_as_it_holds_its_log(tmp_path):
    project = write_log(tmp_path, ("r1", STORY[:6]))
    lock, log = (project.runs / "r1" / name for name in ("lock", "events.jsonl"))
    with hold(lock), hold_too(log):
        lock.unlink()
        assert history.read_run(project, "r1").status == "running"
    assert history.read_run(project, "r1").status == "lost"


def test_those_who_look_at_a_dead_run_do_not_see_one_another(tmp_path):
    project = write_log(tmp_path, ("r1", STORY[:6]))
    (project.runs / "r1" / "lock").touch()
    with ThreadPoolExecutor(8) as pool:
        looks = [pool.submit(history.read_run, project, "r1") for _ in range(2000)]
    assert {look.result().status for look in looks} == {"lost"}


WARNING = make_warning("put-back", file="a.csv", maker="load", missing=True)
LATER = b'{"format":99,"seq":1,"time":100.0,"kind":"RunStarted","run":"r1","name":"nightly"}\n'
UNREAD = {
    "later": (LATER, "later"),
    "later, other fields": (b'{"format":99,"seq":1,"time":1.0,"kind":"Begun"}\n', "later"),
    "damaged": (b"\0\0\0\n", "unreadable"),
    "deep": (b'{"seq":' + b"[" * 100_000 + b"\n", "unreadable"),
    "deep in what is skipped": (b'{"format":2,"x":' + b"[" * 100_000 + b"\n", "unreadable"),
    "no run": (runlog.to_line(e.Line(1, 1.0, e.RunWarned(WARNING))), "unreadable"),
    "wrong types": (
        b'{"format":2,"seq":1,"time":1.0,"kind":"RunStarted","run":1}\n',
        "unreadable",
    ),
}


@pytest.mark.parametrize(("first", "status"), UNREAD.values(), ids=UNREAD)
@pytest.mark.parametrize("live", [True, False])
def test_a_run_that_cannot_be_read_is_called_so(tmp_path, first, status, live):
    run_id = "20260102-030405-000aaa"
    project = write_log(tmp_path, (run_id, STORY))
    log = project.runs / run_id / "events.jsonl"
    log.write_bytes(first + b"".join(log.read_bytes().splitlines(keepends=True)[1:-1]))
    with hold(log) if live else contextlib.nullcontext():
        run = history.read_run(project, run_id)
        *_, followed = follow(project, run_id)
    assert (run.status, followed.status, run.steps) == (status, status, {})
    assert time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(run.started)) == "2026-01-02 03:04:05"
    assert history.find_run(project, "last") == run
    with pytest.raises(UnknownNameError, match=f"Run {run_id} cannot be read: ") as error:
        run.find_folder("load")
    assert error.value.problems == tuple(run.find_problems())


def test_following_yields_the_end_of_a_run_once_it_is_over(tmp_path):
    project = write_log(tmp_path, ("r1", STORY))
    assert [run.status for run in follow(project, "r1")] == ["failed"]


def test_a_run_is_found_by_id_prefix_name_and_as_the_last(tmp_path):
    project = write_log(tmp_path, ("20260101-01", STORY), ("20260102-01", [STARTED]))
    for text in ("20260102-01", "20260102", "last", "nightly"):
        assert history.find_run(project, text).id == "20260102-01"


def test_a_name_goes_before_the_beginnings_of_ids_and_an_id_before_a_name(tmp_path):
    called = [msgspec.structs.replace(STARTED, name=name) for name in ("2026", "20260101-01", "")]
    project = write_log(tmp_path, *((f"2026010{day}-01", [one]) for day, one in enumerate(called)))
    assert history.find_run(project, "2026").id == "20260100-01"
    assert history.find_run(project, "20260101-01").id == "20260101-01"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026", "'2026' fits several runs: 20260102-01, 20260101-01"),
        ("weekly", "There is no run 'weekly'. The newest: 20260102-01, 20260101-01"),
        ("", "fits several runs"),
    ],
)
def test_a_run_that_cannot_be_told_is_refused(tmp_path, text, message):
    project = write_log(tmp_path, ("20260101-01", STORY), ("20260102-01", [STARTED]))
    with pytest.raises(UnknownNameError, match=message):
        history.find_run(project, text)


def test_no_run_yet_names_the_command_that_makes_one(tmp_path):
    with pytest.raises(UnknownNameError, match="`nbflow run "):
        history.find_run(find_pipeline(tmp_path))


def test_only_a_live_run_can_be_cancelled(tmp_path):
    project = write_log(tmp_path, ("r1", STORY))
    with pytest.raises(RunError, match="it is failed"):
        cancel(project, history.read_run(project, "r1"))
