"""Compares two runs: reads only the steps whose results differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from nbflow.base.nearest import say_nearest
from nbflow.errors import UnknownNameError
from nbflow.model import STATES, Frozen, Parts, Reason
from nbflow.planning.keys import find_changes
from nbflow.reports.code_changes import find_code_changes
from nbflow.reports.comparison import (
    Change,
    Choice,
    Comparison,
    NumberChange,
    OutputComparison,
    StepComparison,
    StepKind,
)
from nbflow.reports.facts import KeyNumber
from nbflow.reports.headings import find_title
from nbflow.reports.key_numbers import read_numbers
from nbflow.reports.output_comparisons import Written, compare_figures, compare_outputs
from nbflow.reports.run_log import RunLog, read_run_log
from nbflow.reports.settings import Declared
from nbflow.reports.steps import Gathered, read_steps
from nbflow.workspace.pipeline_folder import PipelineFolder

_ALL = Choice()


class _Pair(Frozen, frozen=True):
    """A task in both runs, None where a run does not have it."""

    task: str
    before: Gathered | None
    after: Gathered | None


def compare_runs(
    pipeline: PipelineFolder, before: str, after: str, choice: Choice = _ALL
) -> Comparison:
    """Return how the run `after` differs from the run `before`, both named by their whole ids.

    Raises UnknownNameError for a step or table that neither has, and for a key that a table does
    not have; StoreError for a key that is not unique.
    """
    logs = read_run_log(pipeline, before), read_run_log(pipeline, after)
    tasks = _choose_tasks(logs, choice)
    same = [task for task in tasks if _is_same(logs, task)]
    every = choice.every or bool(choice.table)
    read = tasks if every else [task for task in tasks if task not in same]
    pairs = _read_pairs(pipeline, logs, read)
    steps = [_compare_step(pipeline, one, choice, same=one.task in same) for one in pairs]
    _check_table(pairs, choice)
    whole = [one for one in pairs if _have_results(one)]
    return Comparison(
        before=logs[0].run,
        after=logs[1].run,
        title=_find_title(pairs),
        numbers=_compare_numbers(pairs),
        parameters=_compare_parameters(pairs, logs),
        environment=_find_changes(pairs, lambda one: one.environment, shared=True),
        files=_find_changes(whole, lambda one: _find_sources(one, "file")),
        modules=_find_changes(whole, lambda one: _find_sources(one, "module")),
        steps=tuple(one for one in steps if every or one.kind != "equal"),
        same=(*same, *(one.name for one in steps if one.kind == "equal")),
    )


# --- which steps ------------------------------------------------------------------------------


def _choose_tasks(logs: tuple[RunLog, RunLog], choice: Choice) -> list[str]:
    """Return the tasks of both runs, in the order of the later one, or those of the choice."""
    states = {**logs[1].run.steps, **logs[0].run.steps}
    tasks = [
        *logs[1].run.steps,
        *(one for one in logs[0].run.steps if one not in logs[1].run.steps),
    ]
    wanted = {*choice.steps, *([choice.table.partition(".")[0]] if choice.table else [])}
    known = {states[task].name for task in tasks}
    for name in sorted(wanted - known):
        raise UnknownNameError(f"Neither run has a step {name!r}. {say_nearest(name, known)}")
    return [task for task in tasks if not wanted or states[task].name in wanted]


def _is_same(logs: tuple[RunLog, RunLog], task: str) -> bool:
    results = [state.result for log in logs if (state := log.run.steps.get(task))]
    return len(results) == len(logs) and bool(results[0]) and results[0] == results[1]


def _read_pairs(
    pipeline: PipelineFolder, logs: tuple[RunLog, RunLog], tasks: Iterable[str]
) -> list[_Pair]:
    tasks = list(tasks)
    before, after = (_read_run(pipeline, log, tasks) for log in logs)
    return [_Pair(task, before.get(task), after.get(task)) for task in tasks]


def _read_run(pipeline: PipelineFolder, log: RunLog, tasks: list[str]) -> dict[str, Gathered]:
    own = [task for task in tasks if task in log.run.steps]
    return dict(zip(own, read_steps(pipeline, log, own), strict=True))


# --- a step -----------------------------------------------------------------------------------


def _compare_step(
    pipeline: PipelineFolder, pair: _Pair, choice: Choice, *, same: bool
) -> StepComparison:
    before, after = pair.before, pair.after
    if after is None or before is None:
        sides = [None if one is None else one.step.state for one in (before, after)]
        kind: StepKind = "added" if before is None else "removed"
        return StepComparison(pair.task, kind, sides[0], sides[1])
    good, begun = _have_ended_well(before, after), _have_begun(before, after)
    code = find_code_changes(before.step.cells, after.step.cells) if begun and not same else ()
    figures = compare_figures(before.step.cells, after.step.cells) if good and not same else ()
    reasons = () if same else tuple(_find_reasons(before, after))
    outputs = _compare_outputs(pipeline, before, after, choice)
    equal = good and not any(one.kind != "equal" for one in outputs)
    differs = bool(code or reasons or figures) or not equal
    return StepComparison(
        name=pair.task,
        kind="same" if same else "different" if differs else "equal",
        before=before.step.state,
        after=after.step.state,
        reasons=reasons,
        code=code,
        outputs=outputs,
        figures=() if choice.table else figures,
        problems=(*before.step.problems, *after.step.problems),
    )


def _compare_outputs(
    pipeline: PipelineFolder, before: Gathered, after: Gathered, choice: Choice
) -> tuple[OutputComparison, ...]:
    """Return the outputs that differ; of a step that did not end well, those that it wrote."""
    written = _find_written(before), _find_written(after)
    found = compare_outputs(after.step.state.name, *written, choice, pipeline.home)
    if _have_ended_well(before, after):
        return found
    return tuple(one for one in found if one.before is not None and one.after is not None)


def _find_written(one: Gathered) -> Written:
    return {} if one.folder is None else {each.name: (one.folder, each) for each in one.outputs}


def _have_ended_well(*both: Gathered) -> bool:
    return all(STATES[one.step.state.status].good for one in both)


def _find_reasons(before: Gathered, after: Gathered) -> Iterator[Reason]:
    """Yield what differs of what the results depend on; the code is compared by its cells."""
    whole = _have_results(_Pair("", before, after))
    old, new = (_make_parts(one, whole=whole) for one in (before, after))
    if _have_begun(before, after):
        yield from find_changes(old, new)


def _have_begun(*both: Gathered | None) -> bool:
    """Say whether a step has begun: of others nobody knows what they would have read."""
    states = [None if one is None else one.step.state for one in both]
    return all(one is not None and (one.result or one.started is not None) for one in states)


def _make_parts(one: Gathered, *, whole: bool) -> Parts:
    """Return what a result depends on, less its code; `whole` with what only a result tells."""
    return Parts(
        parameters=one.step.parameters,
        inputs=_find_sources(one, "table"),
        files=_find_sources(one, "file") if whole else {},
        modules=_find_sources(one, "module") if whole else {},
        environment=one.environment,
    )


def _find_sources(one: Gathered, kind: str) -> dict[str, str]:
    return {source.name: source.hash for source in one.step.sources if source.kind == kind}


def _check_table(pairs: Iterable[_Pair], choice: Choice) -> None:
    """Raise UnknownNameError where no step wrote the table of the choice."""
    sides = [one for pair in pairs for one in (pair.before, pair.after) if one]
    known = {f"{one.step.state.name}.{output.name}" for one in sides for output in one.outputs}
    if choice.table and choice.table not in known:
        hint = say_nearest(choice.table, known)
        raise UnknownNameError(f"Neither run has {choice.table}. {hint}")


# --- the run as a whole -----------------------------------------------------------------------


def _compare_parameters(pairs: Iterable[_Pair], logs: tuple[RunLog, RunLog]) -> tuple[Change, ...]:
    """Return the parameters that differ, also of steps that began in one of the runs only."""
    known = [_foresee(pair, logs) for pair in pairs if any(map(_have_begun, _find_sides(pair)))]
    return _find_changes(known, lambda one: one.step.parameters)


def _foresee(pair: _Pair, logs: tuple[RunLog, RunLog]) -> _Pair:
    """Return the pair with the parameters that a side would have had that did not begin."""
    before, after = pair.before, pair.after
    if before is None or after is None:
        return pair
    if not _have_begun(before):
        before = _expect(before, after.declared, logs[0].run.parameters)
    if not _have_begun(after):
        after = _expect(after, before.declared, logs[1].run.parameters)
    return _Pair(pair.task, before, after)


def _expect(one: Gathered, declared: Iterable[Declared], given: Mapping[str, Any]) -> Gathered:
    step = one.step.state.name
    values = {
        each.name: given.get(f"{step}.{each.name}", given.get(each.name, each.default))
        for each in declared
    }
    return replace(one, step=replace(one.step, parameters=values))


def _find_sides(pair: _Pair) -> list[Gathered]:
    return [one for one in (pair.before, pair.after) if one is not None]


def _find_changes(
    pairs: Iterable[_Pair],
    find: Callable[[Gathered], Mapping[str, Any]],
    *,
    shared: bool = False,
) -> tuple[Change, ...]:
    """Return what differs, each once with the steps in which it does so.

    With `shared`, what only one side has is left out: an environment lists what the step imports.
    """
    found: dict[str, list[Change]] = {}
    for pair in pairs:
        if pair.before is None or pair.after is None:
            continue
        old, new = find(pair.before), find(pair.after)
        for name in sorted(old.keys() & new.keys() if shared else old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                change = Change(name, old.get(name), new.get(name), (pair.task,))
                _add(found.setdefault(name, []), change)
    return tuple(change for name in sorted(found) for change in found[name])


def _have_results(pair: _Pair) -> bool:
    """Say whether both results are known: without one, nobody knows the files of a step."""
    return all(side is not None and side.step.state.result for side in (pair.before, pair.after))


def _add(known: list[Change], change: Change) -> None:
    """Add a change, or its step to the same change of another step."""
    for at, one in enumerate(known):
        if (one.before, one.after) == (change.before, change.after):
            known[at] = Change(one.name, one.before, one.after, (*one.steps, *change.steps))
            return
    known.append(change)


def _compare_numbers(pairs: Iterable[_Pair]) -> tuple[NumberChange, ...]:
    """Return the large numbers of the last step that has some, where one of them differs."""
    for pair in reversed(list(pairs)):
        before, after = (_read_numbers(one) for one in (pair.before, pair.after))
        if after and before != after:
            labels = dict.fromkeys([*after, *before])
            return tuple(
                NumberChange(one, before.get(one, ""), after.get(one, "")) for one in labels
            )
    return ()


def _read_numbers(one: Gathered | None) -> dict[str, str]:
    if one is None or one.folder is None or not _have_ended_well(one):
        return {}
    folder = one.folder
    numbers: Iterator[KeyNumber] = (
        number for output in one.outputs for number in read_numbers(folder, output)
    )
    return {number.label: number.value for number in numbers}


def _find_title(pairs: Iterable[_Pair]) -> str:
    """Return the first heading of the last notebook that has one."""
    sides = [one for pair in pairs for one in (pair.before, pair.after) if one]
    titles = (find_title(one.notebook.cells) for one in reversed(sides))
    return next(filter(None, titles), "")
