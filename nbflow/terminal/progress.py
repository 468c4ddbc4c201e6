"""The table of a run's steps, while it runs and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from nbflow.base.text import say_age, shorten
from nbflow.model import find_state
from nbflow.model.events import OutputPrinted
from nbflow.present.reasons import say_standing
from nbflow.present.runs import say_doing, say_headline, say_step_time
from nbflow.present.values import say_outputs
from nbflow.runs.fold import Run, StepRun
from nbflow.terminal import parts

# What to keep in sight when a terminal has fewer lines than the run has steps.
_WIDTHS = (0, 11, 16, 6, 0)  # so that the table stands still while it runs
MANY = 50  # reused steps, which from here on are only counted


def make_progress(run: Run, now: float, height: int | None = None) -> RenderableType:
    """Return the headline and a row for each step; no more than `height` lines.

    Many reused steps are only counted: `--json` names them.
    """
    steps = list(run.steps.values())
    shown = _fold_reused(steps) if height is None else _select(steps, max(3, height - 5))
    table = _make_table()
    for step in shown:
        table.add_row(
            parts.Name(step.name),
            parts.make_state(step.status),
            _one_line(_make_doing(step)),
            _say_time(step, now),
            _one_line(Text(_say_why(step, now))),
        )
    known = {step.name for step in shown}
    hidden = [step.status for step in steps if step.name not in known]
    return parts.stack(make_headline(run, now), "", table, _say_hidden(hidden))


def make_headline(run: Run, now: float) -> Text:
    """Return `▸ running notebooks · 20261123-064312-1f3a · 3 of 9 steps · 12 s`."""
    text = Text.assemble(parts.make_state(run.status), " ", say_headline(run, now))
    text.no_wrap, text.overflow = True, "ellipsis"
    return text


def _make_table() -> Table:
    table = parts.make_table(
        "step", "state", "progress", "time", "why", right=["time"], fold=["step", "progress"]
    )
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.min_width = width
    return table


def _make_doing(step: StepRun) -> Text:
    """Return how far a step is: what it says itself, else by its cells; what a done one wrote."""
    if step.status == "running":
        doing = say_doing(step.cells, step.cells_done, step.fraction, step.text)
        if doing is not None:
            return parts.make_bar(doing[0]).append(f" {doing[1]}")
    return Text(shorten(say_outputs(step.outputs), 38), "dim")


def _say_time(step: StepRun, now: float) -> str:
    return say_step_time(step.status, step.started, step.seconds, expected=step.expected, now=now)


def _say_why(step: StepRun, now: float) -> str:
    return say_standing(step, say_age(step.find_age(now)))


def _one_line(text: Text) -> Text:
    lines = text.split()
    first = lines[0] if lines else text
    first.no_wrap, first.overflow = True, "ellipsis"
    return first


def _fold_reused(steps: list[StepRun]) -> list[StepRun]:
    """Leave out the reused steps where their number says more than pages of them."""
    others = [step for step in steps if step.status != "reused"]
    return others if len(steps) - len(others) > MANY else steps


def _select(steps: list[StepRun], count: int) -> list[StepRun]:
    ranked = sorted(steps, key=lambda step: find_state(step.status).rank)[:count]
    kept = {step.name for step in ranked}
    return [step for step in steps if step.name in kept]


def _say_hidden(states: Iterable[str]) -> Text | None:
    count = Counter(states)
    if not count:
        return None
    return Text(f"… and {', '.join(f'{number} {state}' for state, number in count.items())}", "dim")


def make_log(event: OutputPrinted) -> Text:
    """Return what a notebook printed, each line behind its step's name."""
    style = "yellow" if event.stream == "stderr" else "dim"
    lines = event.text.rstrip("\n").splitlines() or [""]
    return Text("\n").join(
        Text.assemble((f"{event.step} │ ", style), Text.from_ansi(one)) for one in lines
    )
