"""Reads a run's log for a report: the run, and when each of its steps was executed."""

from __future__ import annotations

from nbflow.errors import UnknownNameError
from nbflow.model import Command, Frozen
from nbflow.model.events import StepCancelled, StepFailed, StepFinished
from nbflow.reports.decisive_chain import Interval
from nbflow.runs.fold import Folding, Run, StepRun
from nbflow.runs.folder import find_folder
from nbflow.runs.history import place
from nbflow.runs.log import read_lines
from nbflow.workspace.pipeline_folder import PipelineFolder


class RunLog(Frozen, frozen=True):
    """A run, with the intervals in which its tasks were executed, by task as it is written."""

    run: Run
    intervals: dict[str, Interval] = {}


def read_run_log(pipeline: PipelineFolder, run_id: str) -> RunLog:
    """Return what a run's log says.

    Raises UnknownNameError where there is no such run, or its log cannot be read.
    """
    folding, ends = Folding(), dict[str, float]()
    try:
        for line in read_lines(find_folder(pipeline, run_id).log):
            folding.add(line)
            if isinstance(line.event, StepFinished | StepFailed | StepCancelled):
                ends[str(line.event.task)] = line.time
    except FileNotFoundError as error:
        command = Command("runs")
        raise UnknownNameError(f"There is no run {run_id}. ", command, " lists them.") from error
    run = place(pipeline, folding.run, run_id)
    if unread := run.find_problems():
        raise UnknownNameError(problems=unread)
    return RunLog(run, _make_intervals(run, ends))


def _make_intervals(run: Run, ends: dict[str, float]) -> dict[str, Interval]:
    """Return the intervals of the tasks that were executed and are over."""
    return {
        name: _make_interval(run, state, ends[name])
        for name, state in run.steps.items()
        if name in ends and state.started is not None
    }


def _make_interval(run: Run, state: StepRun, ended: float) -> Interval:
    end = ended - run.started
    begin = max(0.0, end - (state.seconds or 0.0))
    return Interval(max(0.0, begin - state.spent.waiting), begin, end)
