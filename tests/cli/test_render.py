"""Renderers: pure, from values to text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from rich.console import RenderableType
from rich.text import Text

from nbflow.base.text import say_age, say_bytes, say_seconds, shorten_middle, show_controls
from nbflow.model import (
    STATES,
    Failure,
    Output,
    Planned,
    Reason,
    Request,
    Scan,
    Spent,
    make_warning,
)
from nbflow.planning import Plan
from nbflow.present.document import Block, make_commands
from nbflow.present.pages.plans import make_diff, make_plan_page
from nbflow.present.pages.profile import make_profile
from nbflow.present.pages.runs import (
    make_live_page,
    make_outcome_page,
    make_outputs_table,
    make_traceback,
)
from nbflow.present.places import say_path
from nbflow.present.run_lines import say_step_time, say_took
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.next_commands import find_after_run
from nbflow.terminal.console import make_console
from nbflow.terminal.live_table import make_progress
from nbflow.terminal.render import render
from nbflow.workspace.pipeline_folder import PipelineFolder
from nbflow.workspace.project import Project


def text(part: RenderableType | Iterable[Block | None], width: int = 100) -> list[str]:
    shown = render(part) if isinstance(part, tuple | list) else part
    file = io.StringIO()
    make_console(file, width=width).print(shown, crop=False)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (72, "1 min 12 s"),
        (120, "2 min"),
        (3599, "59 min 59 s"),
        (7500, "2 h 5 min"),
        (3 * 86400, "3 days"),
    ],
)
def test_durations(seconds: float | None, said: str) -> None:
    assert say_seconds(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, ""),
        (-86400, "just made"),
        (59, "just made"),
        (60, "1 min old"),
        (7300, "2 h old"),
        (86400, "1 day old"),
        (200000, "2 days old"),
    ],
)
def test_ages(seconds: float | None, said: str) -> None:
    assert say_age(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1500, "1.5 kB"),
        (45_000, "45 kB"),
        (999_700, "1.0 MB"),
        (12_300_000_000, "12 GB"),
        (5e15, "5000.0 TB"),
    ],
)
def test_sizes(count: float, said: str) -> None:
    assert say_bytes(count) == said


def test_every_state_has_its_own_glyph() -> None:
    states = (
        "waiting",
        "running",
        "done",
        "reused",
        "failed",
        "blocked",
        "skipped",
        "cancelled",
        "lost",
    )
    assert len({STATES[state].glyph for state in states}) == len(states)


@pytest.mark.parametrize(
    ("count", "every", "rows"), [(50, False, 50), (51, False, 0), (51, True, 51)]
)
def test_of_many_reused_steps_a_plan_names_those_asked_for(
    count: int,
    every: bool,  # noqa: FBT001 - a parameter of the test
    rows: int,
) -> None:
    steps = {f"s{n}": Planned(f"s{n}", "reuse") for n in range(count)}
    steps["load"] = Planned("load", "run", (Reason("no-result"),))
    pipeline = PipelineFolder(Project(Path("/p")), Path("/p/notebooks"))
    plan = Plan(pipeline, Scan({}, (), ()), Request(), steps, {}, traffic=None)  # is not drawn
    shown = text(make_plan_page(plan, every=every, graph=False))
    assert sum(line.startswith("s") and "reuse" in line for line in shown) == rows
    assert any(line.startswith("load ") for line in shown)
    assert (shown[-1] == "… and 51 reused; -v names them") == (rows == 0)


IPYTHON = """\
---------------------------------------------------------------------------
\x1b[31mKeyError\x1b[39m                                  Traceback (most recent call last)
Cell In[5], line 2
      1 rates = 3
----> 2 df["carrier"]

      4 after_a_blank = 1

File /venv/lib/python3.11/site-packages/pandas/core/frame.py:12, in get(key)
---> 12 raise KeyError(key)

File /venv/lib/python3.11/site-packages/pandas/core/index.py:7, in find(key)
----> 7 raise KeyError(key)

File /home/ana/project/delays.py:3, in rate(df)
----> 3 return df[key]

KeyError: 'carrier'
with [bold] and a second line"""


def test_a_traceback_shows_cells_and_the_project_and_counts_libraries() -> None:
    failure = Failure("error", "KeyError", "'carrier'", cell=9, line=2, traceback=IPYTHON)
    assert text([make_traceback(failure)]) == [
        "cell 9, line 2",
        "      1 rates = 3",
        '----> 2 df["carrier"]',
        "",
        "      4 after_a_blank = 1",
        "… 2 frames in libraries",
        "File /home/ana/project/delays.py:3, in rate(df)",
        "----> 3 return df[key]",
        "KeyError: 'carrier'",
        "with [bold] and a second line",
    ]


def test_of_chained_exceptions_the_last_is_shown() -> None:
    first = "File /venv/lib/python3.11/x.py:1, in f()\n----> 1 a\n\nKeyError: 1"
    word = "The above exception was the direct cause of the following exception:"
    chain = f"{first}\n\n{word}\n\n{IPYTHON}"
    failure = Failure("error", "KeyError", "'carrier'", cell=9, line=2, traceback=chain)
    alone = Failure("error", "KeyError", "'carrier'", cell=9, line=2, traceback=IPYTHON)
    assert text([make_traceback(failure)]) == text([make_traceback(alone)])


OTHERS = {
    "none": (
        Failure("kernel died", "KernelDied", "killed by signal 9"),
        ["KernelDied: killed by signal 9"],
    ),
    "no type": (Failure("other", "", "the disk is full"), ["the disk is full"]),
    "another language": (
        Failure("error", "Error", "x", traceback="Error in f(): x\n  at g()"),
        ["Error in f(): x", "  at g()"],
    ),
}


@pytest.mark.parametrize(("failure", "expected"), OTHERS.values(), ids=OTHERS)
def test_other_failures_say_what_they_have(failure: Failure, expected: list[str]) -> None:
    assert text([make_traceback(failure)]) == expected


def test_an_endless_traceback_ends_with_the_error() -> None:
    failure = Failure("error", "E", "m", traceback="\n".join(f"line {n}" for n in range(500)))
    shown = text([make_traceback(failure)])
    assert (shown[0], shown[-1], len(shown)) == ("…", "line 499", 31)


def test_the_outcome_of_a_good_run() -> None:
    run = Run(
        "20261101-000000-aaaa",
        "notebooks",
        status="done",
        seconds=72.0,
        warnings=(make_warning("broke-off", error="full"),),
        steps={
            "load": StepRun(
                "load", "done", warnings=(make_warning("changed-while-run", file="x", step="load"),)
            ),
            "report": StepRun("report", "reused"),
        },
    )
    assert text(make_outcome_page(run, find_after_run(run))) == [
        "",
        "✓ done in 1 min 12 s: 1 ran, 1 reused",
        "! full",
        "! load: x changed while load ran: its result serves this run and is not reused.",
        "",
        "  nbflow open report  # look at an executed notebook",
    ]


@pytest.mark.parametrize("status", ["cancelled", "lost"])
def test_the_outcome_of_a_run_that_was_stopped(status: str) -> None:
    run = Run("id", status=status, steps={"load": StepRun("load", status)})  # type: ignore[arg-type]
    assert (
        text(make_outcome_page(run, find_after_run(run)))[-1]
        == "  nbflow rerun  # go on; what is finished is reused"
    )


def test_a_run_under_way_is_shown_as_it_is_now() -> None:
    step = StepRun("load", "running", started=102.0, cells=2)
    run = Run("id", status="running", started=100.0, steps={"load": step})
    lines = text(make_live_page(run, 112.0, find_after_run(run)))
    assert lines[0] == "▸ running id · 0 of 1 step · 12 s"
    assert lines[4] == "load  ▸ running    ──────── cell 1 of 2    10 s"
    assert lines[-1] == "  nbflow cancel id  # stop it; what is finished is kept"


def test_commands_and_paths_are_never_folded() -> None:
    command = f'nbflow sql "from {"long_" * 20}.t"'
    assert text([make_commands([(command, "look")])], width=40) == ["  # look", f"  {command}"]


def test_outputs_say_how_they_are_kept() -> None:
    outputs = [
        Output("flights", "table", "h", 1_500_000, 336776, {"origin": "VARCHAR"}),
        Output("model", "pickle", "h", 300, note="kept by cloudpickle"),
    ]
    assert text([make_outputs_table(outputs)]) == [
        "output   kind       rows    size  columns",
        "─" * 53,
        "flights  table   336,776  1.5 MB  origin VARCHAR",
        "model    pickle            300 B  kept by cloudpickle",
    ]


def test_a_diff() -> None:
    lines = ["--- a (last run)", "+++ a", "@@ -1 +1 @@", "-x = 1", "+x = 2"]
    assert text([make_diff(lines)]) == lines


PROFILED = [
    StepRun("load", "done", seconds=3.0, spent=Spent(0.1, 0.5, 2.0, 0.25, 0.2, 0.05)),
    StepRun("report", "failed", seconds=150.0, spent=Spent(500.0, 0.03, 149.9, 0.0, 0.0, 0.07)),
    StepRun("reused", "reused"),
]


def test_a_profile_says_where_the_time_went() -> None:
    assert text(make_profile(PROFILED, 2), width=80) == [
        "step    took   wait  start  cells   read  write    end",
        "──────────────────────────────────────────────────────",
        "report   150    500  0.030    150      -      -  0.070",
        "load    3.00  0.100  0.500   2.00  0.250  0.200  0.050",
        "",
        "in all   153    500  0.530    152  0.250  0.200  0.120",
        "",
        "99% of 2 min 33 s went into the cells themselves, most of it in report. Steps",
        "that were ready waited 8 min 20 s in all, with 2 steps at a time.",
    ]


def test_a_profile_fits_a_terminal() -> None:
    spent = Spent(*[123456.7] * 6)
    step = StepRun("a_name_that_is_much_longer_than_others", "done", seconds=234567.8, spent=spent)
    lines = text(make_profile([step, step]), width=80)
    assert max(map(len, lines)) <= 80
    assert "234568" in lines[2]


def test_a_profile_of_an_older_run_says_that_there_is_none() -> None:
    step = StepRun("load", "done", seconds=3.0)
    assert text(make_profile([step])) == [
        "Where the time went is not known: no step was executed and measured."
    ]


def test_control_characters_of_names_are_shown_and_not_obeyed() -> None:
    name = "a\x1b]0;title\x07\x9b2Jb\x7f"
    assert text(Text(name)) == ["a␛]0;title�2Jb␡"]  # rich itself drops the bell
    assert say_path("a\nb\x1b.ipynb") == "a␤b␛.ipynb"
    assert show_controls("tab\tand\nnewline") == "tab\tand\nnewline"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (30, "step_with_a_long_name_07"),
        (24, "step_with_a_long_name_07"),
        (11, "step_…me_07"),
        (1, "…"),
    ],
)
def test_names_are_cut_in_their_middle(length: int, shown: str) -> None:
    assert shorten_middle("step_with_a_long_name_07", length) == shown


def test_a_long_name_leaves_room_for_time_and_reason() -> None:
    name = "join_the_orders_of_all_shops_with_customers_2"
    steps = {
        name: StepRun(
            name, "running", started=0.0, expected=12.0, why=(Reason("input-changed", "a.t"),)
        )
    }
    run = Run("20261123-064312-1f3a", status="running", steps=steps)
    line = next(one for one in text(make_progress(run, 3.0), 80) if "_2" in one)
    assert re.fullmatch(r"join_\S*…\S*_2 +▸ running .* 3\.0 s of ~12 s .*input a\.t.*", line)


def test_a_step_that_takes_longer_than_the_last_time_names_no_end() -> None:
    step = StepRun("load", "running", started=0.0)
    assert say_step_time(step, 8.8, 0.8) == "8.8 s"
    assert say_step_time(step, 0.5, 0.8) == "0.5 s of ~0.8 s"


def test_the_start_of_a_kernel_is_told_apart_from_what_a_step_took() -> None:
    step = StepRun("load", "done", seconds=4.0, spent=Spent(start=3.9, cells=0.1))
    assert say_step_time(step, 0.0, None) == "0.1 s"
    assert say_took(4.0, step.spent) == " in 0.1 s, after 3.9 s in which its kernel started"
    assert say_took(4.0, Spent(start=0.02, cells=3.98)) == " in 4.0 s"
    assert (say_took(None, Spent()), say_took(0.0, Spent())) == ("", "")
