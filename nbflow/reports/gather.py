"""Gathers a report of a run from its log, its executed notebooks and what it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from nbflow.base.nearest import say_nearest
from nbflow.errors import UnknownNameError
from nbflow.reports.decisive_chain import find_chain
from nbflow.reports.facts import KeyNumber, Options, Report, ReportCell, ReportStep, Setting, Story
from nbflow.reports.headings import find_title
from nbflow.reports.key_numbers import read_numbers
from nbflow.reports.run_log import read_run_log
from nbflow.reports.settings import make_settings
from nbflow.reports.steps import Gathered, read_step
from nbflow.reports.story import Source, make_story
from nbflow.runs.fold import Run
from nbflow.runs.next_commands import find_after_run
from nbflow.storage.results.result_index import Snapshot
from nbflow.workspace.project import Project

_NO_OPTIONS = Options()


def make_report(project: Project, run_id: str, options: Options = _NO_OPTIONS) -> Report:
    """Return the report of a run, whatever its state; the same run gives the same report.

    `run_id` is the whole id, see `runs.history.find_run_id`. Raises UnknownNameError where there is
    no such run or step, or where the run's log cannot be read.
    """
    log = read_run_log(project, run_id)
    names = _choose_steps(log.run, options.steps)
    snapshot = Snapshot(project)
    gathered = [read_step(project, log, name, snapshot) for name in names]
    chain = find_chain(log.intervals, log.run.parents)
    shared = _find_shared(one.environment for one in gathered)
    story = _make_story(gathered)
    steps = (_finish(one, chain, shared, options) for one in gathered)
    return Report(
        run=log.run,
        title=options.title or _find_title(project, gathered, story),
        numbers=_read_numbers(gathered, story),
        story=story,
        settings=_make_settings(gathered, log.run),
        steps=_order(steps),
        chain=chain,
        environment=shared,
        next=tuple(find_after_run(log.run, named=True)),
        options=options,
    )


def _choose_steps(run: Run, chosen: Sequence[str]) -> list[str]:
    """Return the tasks of a run, or those of the chosen steps."""
    known = [state.name for state in run.steps.values()]
    for name in chosen:
        if name not in known:
            said = say_nearest(name, known)
            raise UnknownNameError(f"Run {run.id} has no step {name!r}. {said}")
    return [task for task, state in run.steps.items() if not chosen or state.name in chosen]


def _find_shared(environments: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the versions on which all steps agree that have them."""
    values: dict[str, set[str]] = {}
    for one in environments:
        for name, value in one.items():
            values.setdefault(name, set()).add(value)
    return {name: found.pop() for name, found in sorted(values.items()) if len(found) == 1}


def _make_story(gathered: Iterable[Gathered]) -> tuple[Story, ...]:
    return make_story(
        Source(one.step.state.name, one.step.state.path, one.notebook.cells, _is_report(one))
        for one in gathered
    )


def _is_report(one: Gathered) -> bool:
    return one.notebook.options.get("report") is True


def _find_title(project: Project, gathered: Sequence[Gathered], story: Sequence[Story]) -> str:
    """Return the first heading of the story's last notebook, else the pipeline's name."""
    cells = {one.step.state.name: one.notebook.cells for one in gathered}
    told = [cells[one.step] for one in reversed(story)]
    others = [one.notebook.cells for one in reversed(gathered)]
    found = (find_title(one) for one in (*told, *others))
    return next(filter(None, found), "") or project.folder.name


def _read_numbers(gathered: Sequence[Gathered], story: Sequence[Story]) -> tuple[KeyNumber, ...]:
    """Return the findings of the story's steps, else those of the last step that has some."""
    told = {one.step for one in story}
    own = [one for one in gathered if one.step.state.name in told]
    others = [one for one in reversed(gathered) if one.step.state.name not in told]
    if found := tuple(number for one in own for number in _read_findings(one)):
        return found
    return next(filter(None, map(_read_findings, others)), ())


def _read_findings(one: Gathered) -> tuple[KeyNumber, ...]:
    if one.folder is None or one.step.state.status not in {"done", "reused"}:
        return ()
    outputs = (preview.output for preview in one.step.outputs)
    folder = one.folder
    return tuple(number for output in outputs for number in read_numbers(folder, output))


def _make_settings(gathered: Iterable[Gathered], run: Run) -> tuple[Setting, ...]:
    """Return the parameters of all steps; one that no step has used yet has only its value."""
    settings = make_settings(one for step in gathered for one in step.declared)
    known = {one.name for one in settings}
    known |= {f"{step}.{one.name.rpartition('.')[2]}" for one in settings for step in one.steps}
    given = (
        Setting(name, value, differs=True)
        for name, value in sorted(run.parameters.items())
        if name not in known
    )
    return (*settings, *given)


def _finish(
    one: Gathered, chain: Sequence[str], shared: Mapping[str, str], options: Options
) -> ReportStep:
    own = {name: value for name, value in one.environment.items() if shared.get(name) != value}
    cells = one.step.cells if options.code else tuple(map(_leave_out_code, one.step.cells))
    decides = str(one.step.state.task) in chain
    return replace(one.step, decides=decides, environment=own, cells=cells)


def _leave_out_code(cell: ReportCell) -> ReportCell:
    return replace(cell, source="") if cell.kind == "code" else cell


def _order(steps: Iterable[ReportStep]) -> tuple[ReportStep, ...]:
    """Return the steps in order of start: reused ones first, then those that never began."""
    return tuple(sorted(steps, key=_find_start))


def _find_start(step: ReportStep) -> float:
    if step.begin is not None:
        return step.begin
    return 0.0 if step.state.status == "reused" else float("inf")
