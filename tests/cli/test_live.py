"""What `nbflow run` shows while it runs, from the events alone."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable

import pytest
from rich.console import Console

from nbflow.model import Output, Planned, Reason, make_warning
from nbflow.model.events import (
    CellFinished,
    CellStarted,
    Event,
    Line,
    OutputPrinted,
    RunFinished,
    RunStarted,
    RunWarned,
    StepBlocked,
    StepCancelled,
    StepDecided,
    StepFailed,
    StepFinished,
    StepProgressed,
    StepReused,
    StepSkipped,
    StepStarted,
)
from nbflow.runs.log import from_line
from nbflow.terminal.console import make_console
from nbflow.terminal.live_views import Lines, LiveTable
from nbflow.terminal.run_views import JsonLines, View
from tests.cli.runs import FAILURE

WHY = (Reason("cell-changed", "rates = …", after=4),)
STARTED = RunStarted(
    "20261101-000000-aaaa",
    "notebooks",
    parameters={"month": "2"},
    planned=(
        Planned("load", "run", WHY, expected=30.0),
        Planned("[clean]", "wait", (Reason("waits", "load"),), expected=125.0),
        Planned("report", "reuse"),
    ),
    cells={"load": 4, "[clean]": 3, "report": 2},
)
FLIGHTS = Output("flights", "table", "", rows=336776)
NOW = 1_000_000.0


def feed(view: View, events: Iterable[Event], start: float = NOW) -> None:
    for number, event in enumerate(events):
        view.observe(Line(number + 1, start + number, event))


def lines_of(*events: Event, log: bool = False) -> list[str]:
    file = io.StringIO()
    feed(Lines(make_console(file), log=log), [STARTED, *events])
    return file.getvalue().splitlines()[1:]


CHANGES = {
    "started": (StepStarted("load"), ["▸ running   load"]),
    "done": (
        StepFinished("load", "r", 71.6, (FLIGHTS,)),
        ["✓ done      load  1 min 12 s · flights 336,776 rows"],
    ),
    "reused": (StepReused("report", "r", 7300.0), ["↺ reused    report  2 h old"]),
    "failed": (
        StepFailed("load", FAILURE, 0.25),
        ["✗ failed    load  0.2 s · KeyError: 'carrier'"],
    ),
    "blocked": (
        StepBlocked("[clean]", (Reason("blocked", "load"),)),
        ["⊘ blocked   [clean]  load failed"],
    ),
    "skipped": (
        StepSkipped("report", (Reason("blocked", "load"),)),
        ["- skipped   report  load failed"],
    ),
    "cancelled": (StepCancelled("load"), ["■ cancelled load"]),
    "decided": (StepDecided("load", "run", WHY), ["○ waiting   load  code: cell 4 (`rates = …`)"]),
    "warned": (RunWarned(make_warning("broke-off", error="full")), ["! full"]),
    "a cell": (CellStarted("load", 1), []),
    "printed, without --log": (OutputPrinted("load", "a\n"), []),
}


@pytest.mark.parametrize(("event", "expected"), CHANGES.values(), ids=CHANGES)
def test_without_a_terminal_each_change_is_a_plain_line(event: Event, expected: list[str]) -> None:
    assert lines_of(event) == expected


def test_of_many_reused_steps_only_the_number_is_told() -> None:
    many = tuple(Planned(f"s{n}", "reuse") for n in range(60))
    file = io.StringIO()
    reused = [StepReused(one.step, "r") for one in many]
    events = [*reused[:59], StepStarted("load"), reused[59], RunFinished("done", 1.0)]
    feed(Lines(make_console(file), log=False), [RunStarted("id", "p", planned=many), *events])
    assert file.getvalue().splitlines()[1:] == [
        "↺ reused    59 steps",
        "▸ running   load",
        "↺ reused    1 step",
    ]


def test_in_the_end_the_table_counts_many_reused_steps() -> None:
    many = (*(Planned(f"s{n}", "reuse") for n in range(60)), Planned("load", "run"))
    view = LiveTable(Console(file=io.StringIO()), log=False)
    ended = [*(StepReused(f"s{n}", "r") for n in range(60)), StepFinished("load", "r", 1.0)]
    feed(view, [RunStarted("id", "p", planned=many), *ended, RunFinished("done", 2.0)])
    shown = draw(view, 100, 24)
    assert [line.split()[0] for line in shown[4:]] == ["load", "…"]
    assert shown[-1] == "… and 60 reused"


def test_log_shows_what_is_printed_line_by_line() -> None:
    printed = OutputPrinted("load", "one\n\x1b[31mtwo [bold]\x1b[0m\n")
    assert lines_of(printed, log=True) == ["load │ one", "load │ two [bold]"]


def test_json_is_the_event_lines_themselves(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    events = [STARTED, StepStarted("load"), RunFinished("done", 1.0)]
    feed(JsonLines(), events)
    lines = [from_line(text) for text in capsysbinary.readouterr().out.splitlines()]
    assert [line.event for line in lines if line] == events


def draw(view: LiveTable, width: int, height: int) -> list[str]:
    file = io.StringIO()
    console = make_console(file, width=width, height=height, force_terminal=True, color_system=None)
    console.print(view)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def table(monkeypatch: pytest.MonkeyPatch, *events: Event) -> LiveTable:
    monkeypatch.setattr(time, "time", lambda: NOW + 12)
    view = LiveTable(Console(file=io.StringIO()), log=False)
    feed(view, [STARTED, *events])
    return view


RUNNING = (
    StepReused("report", "r", 7300.0),
    StepStarted("load"),
    CellStarted("load", 2),
    CellFinished("load", 2, 0.1),
)


def test_the_table_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert draw(table(monkeypatch, *RUNNING), 100, 24) == [
        "▸ running notebooks · 20261101-000000-aaaa · 1 of 3 steps · 12 s · month=2",
        "",
        "step     state        progress                       time  why",
        "─" * 85,
        "load     ▸ running    ━━────── cell 2 of 4  10 s of ~30 s  code: cell 4 (`rates = …`)",
        "[clean]  ○ waiting                             ~2 min 5 s  waits for load",
        "report   ↺ reused                                          2 h old",
    ]


def test_what_a_step_says_itself_stands_instead_of_its_cells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = table(monkeypatch, *RUNNING, StepProgressed("load", 0.5, "joining"))
    assert "━━━━────  50% joining" in draw(view, 100, 24)[4]


def test_every_line_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = draw(table(monkeypatch, *RUNNING), 60, 24)
    assert len(lines) == 7
    assert max(map(len, lines)) <= 60


def test_a_low_terminal_shows_what_runs_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = draw(table(monkeypatch, *RUNNING), 100, 8)
    assert lines[4].startswith("load ")
    many = RunStarted("id", "p", planned=tuple(Planned(f"s{n}", "run") for n in range(50)))
    view = LiveTable(Console(file=io.StringIO()), log=False)
    feed(view, [many, StepStarted("s40"), StepFinished("s0", "r", 1.0)])
    shown = draw(view, 100, 10)
    assert len(shown) == 8
    assert [line.split()[0] for line in shown[4:7]] == ["s1", "s2", "s40"]
    assert shown[7] == "… and 1 done, 46 waiting"


def test_stopping_is_said_until_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    view = table(monkeypatch, *RUNNING)
    view.stop("Stopping. Ctrl-C again stops at once.")
    assert draw(view, 100, 24)[-1] == "Stopping. Ctrl-C again stops at once."
    feed(view, [RunFinished("cancelled", 13.0)])
    assert "Stopping" not in draw(view, 100, 24)[-1]


class Gone(io.StringIO):
    """A terminal that was closed."""

    def write(self, _: str, /) -> int:
        raise OSError(5, "Input/output error")


def test_a_closed_terminal_does_not_end_the_run() -> None:
    view = Lines(make_console(Gone()), log=True)
    feed(view, [STARTED, StepStarted("load"), RunFinished("done", 1.0)])
    view.stop("Stopping.")
