"""What a report says in a few lines of text: the verdict, and a row for each step."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.base.text import say_seconds, say_when
from nbflow.present.places import say_failed_at
from nbflow.present.run_lines import find_took
from nbflow.present.states import say_state, say_statuses
from nbflow.present.values import say_outputs, say_parameters
from nbflow.reports.facts import Report, ReportStep

STEP_COLUMNS = ("step", "state", "time", "wrote")


def say_verdict(report: Report) -> str:
    """Return `✓ done · 3 ran, 6 reused · 20 s · 2026-12-01 12:20 · month=2`."""
    run = report.run
    changed = {one.name: one.value for one in report.settings if one.differs}
    said = (
        say_state(run.status),
        say_statuses(step.status for step in run.steps.values()),
        say_seconds(run.seconds),
        say_when(run.started),
        say_parameters(changed) if changed else "all parameters at their defaults",
    )
    return " · ".join(filter(None, said))


def say_failures(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what failed and where, and the error's message."""
    for step in report.steps:
        if (failure := step.state.failure) is not None:
            where = say_failed_at(step.state.path, failure)
            message = f"{failure.type}: {failure.message}" if failure.type else failure.message
            yield f"{step.state.name} failed" + (f" in {where}" if where else ""), message


def make_step_row(step: ReportStep) -> tuple[str, str, str, str]:
    """Return what stands in the `STEP_COLUMNS` for a step."""
    state = step.state
    took = say_seconds(find_took(state.seconds, state.spent))
    outputs = state.outputs or tuple(one.output for one in step.outputs)
    return str(state.task), say_state(state.status), took, say_outputs(outputs)
