"""The table of a run that goes on, and the lines that its notebooks print."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from nbflow.model import find_state
from nbflow.model.events import OutputPrinted
from nbflow.present.pages.runs import leave_out_reused, make_headline, make_live_table
from nbflow.runs.fold import Run, StepRun
from nbflow.terminal.render import cut, render, render_line


def make_progress(run: Run, now: float, height: int | None = None) -> RenderableType:
    """Return the headline and a row for each step; no more than `height` lines.

    Without a height, many reused steps are only counted: `--json` names them.
    """
    shown = leave_out_reused(run) if height is None else _select(run, max(3, height - 5))
    headline = cut(render_line(make_headline(run, now)))
    return Group(headline, "", render(make_live_table(run, shown, now)))


def _select(run: Run, count: int) -> list[StepRun]:
    """Return the steps to keep in sight when a terminal has fewer lines than the run has steps."""
    steps = run.steps.values()
    ranked = sorted(steps, key=lambda step: find_state(step.status).rank)[:count]
    kept = {step.name for step in ranked}
    return [step for step in steps if step.name in kept]


def make_log(event: OutputPrinted) -> Text:
    """Return what a notebook printed, each line behind its step's name."""
    style = "yellow" if event.stream == "stderr" else "dim"
    lines = event.text.rstrip("\n").splitlines() or [""]
    return Text("\n").join(
        Text.assemble((f"{event.step} │ ", style), Text.from_ansi(one)) for one in lines
    )
