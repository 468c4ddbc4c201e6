"""Work by hand: reads the newest finished run or what was written since, writes beside the runs."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.base.names import make_name
from nbflow.base.text import say_count
from nbflow.errors import CallError
from nbflow.model import Command
from nbflow.notebook_api import by_hand_store, run_choice, session
from nbflow.notebook_api.executed_notebooks import find_changed
from nbflow.notebook_api.messages import find_caller, make_age, make_parameters, say
from nbflow.notebook_api.notebook_context import Here, find_here
from nbflow.notebook_api.ref_names import Source, check_step, make_hint
from nbflow.notebook_api.tagged_notebooks import is_tagged
from nbflow.runs.finished import find_finished, read_finished
from nbflow.storage.results.removals import explain_removed
from nbflow.storage.results.result_index import Snapshot
from nbflow.storage.results.store import open_store
from nbflow.workspace.stores import is_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.model import Result
    from nbflow.runs.fold import Run
    from nbflow.workspace.pipeline_folder import PipelineFolder

LATEST = "latest"
_NOTEBOOKS = {".ipynb", ".md", ".py", ".qmd", ".Rmd"}
UNNAMED = "notebook"  # the step of a notebook whose name is not known


def locate(step: str, name: str, run: str = "") -> Source:
    """Return where to read from, and print that in one line; `run` chooses a run for this read."""
    with session.current.lock:
        here = _enter()
        if here.pipeline is None:
            raise CallError(_explain_no_project(here, f"{step}.{name}"))
        home = here.pipeline.home
        if run:
            chosen = run_choice.choose_run(here.pipeline, run, f"--run {run}")
            return _locate_pinned(here.pipeline, chosen, step, name)
        if here.executed and home not in session.current.runs:
            return _locate_executed(here, here.pipeline, step, name)
        if home in session.current.fixed:
            pinned = find_finished(here.pipeline, session.current.runs[home])
            pinned = pinned or run_choice.choose_run(
                here.pipeline, session.current.runs[home]
            )  # raises: gone
            return _locate_pinned(here.pipeline, pinned, step, name)
        return _locate_newest(here.pipeline, step, name)


def locate_each(step: str, name: str, runs: Sequence[str]) -> Source:
    """Return where to read from in each of several runs, by their names or ids."""
    here = find_here()
    if here.pipeline is None:
        raise CallError(_explain_no_project(here, f"{step}.{name}"))
    found = {}
    for text in runs:
        chosen = run_choice.choose_run(here.pipeline, text, f"run {text}")
        found[chosen.id] = (chosen.name, _locate_pinned(here.pipeline, chosen, step, name).folder)
    names = [called for called, _ in found.values()]
    labels = {
        called if called and names.count(called) == 1 else run_id: folder
        for run_id, (called, folder) in found.items()
    }
    return Source(next(iter(labels.values())), name, labels)


def write(name: str, value: Any) -> None:
    """Keep a value in this user's by-hand area; warn where there is nowhere to keep it."""
    here = find_here()
    if here.pipeline is None:
        _warn_once(_explain_nowhere(here))
        return
    step = session.current.step or here.step or _find_writer(here.pipeline, name)
    try:
        newest = next(read_finished(here.pipeline), None)
        output = by_hand_store.write(here.pipeline, step, name, value, newest.id if newest else "")
    except OSError as error:
        _warn_once(f"{here.pipeline.home}: {error.strerror}, so that nothing written is kept.")
        return
    rows = "" if output.rows is None else say_count(output.rows, "row")
    say(f"{step}.{name}", "written by hand", rows, output.note)


def use(run: str | None, step: str | None) -> None:
    """Choose the run that reads return, and which step this notebook is."""
    pipeline = find_here().pipeline
    if step is not None:
        check_step(step)
        _check_known(pipeline, step)
        session.current.step = step
    if run is None:
        return
    if pipeline is None:
        raise CallError(_explain_no_project(find_here(), f"run {run}"))
    with session.current.lock:
        chosen = next(read_finished(pipeline), None) if run == LATEST else None
        if run != LATEST:
            chosen = run_choice.choose_run(pipeline, run)
        session.current.runs[pipeline.home] = chosen.id if chosen else ""
        session.current.fixed.discard(pipeline.home)
        if run != LATEST:
            session.current.fixed.add(pipeline.home)
    if chosen:
        say(
            f"reading {chosen.label}",
            make_parameters(chosen.parameters),
            f"finished {make_age(chosen.ended)} ago",
        )


def describe_use() -> str:
    """Return what reads return here and which step this notebook is, a line each."""
    here = find_here()
    if here.pipeline is None:
        raise CallError(_explain_no_project(here, "nbflow.use"))
    with session.current.lock:
        return f"{_describe_reads(here, here.pipeline)}\n{_describe_step(here)}"


def explain_unkept() -> str:
    """Return why nothing that is written here would be kept, "" where it would."""
    here = find_here()
    return "" if here.pipeline else _explain_nowhere(here)


def read_folder() -> Path:
    """Return the folder that relative paths start at."""
    return _enter().folder


def _enter() -> Here:
    """Return the context; in a copy of a run's notebook, go to the folder that it ran in."""
    here = find_here()
    copy = here.notebook.parent if here.notebook and here.executed else here.folder
    if copy != here.folder and copy == Path.cwd():
        os.chdir(here.folder)
        say(f"working in {here.folder}, as the run did")
    return here


def _locate_executed(here: Here, pipeline: PipelineFolder, step: str, name: str) -> Source:
    """Read the same result as the run that executed this copy of a notebook."""
    executed = here.executed
    assert executed is not None  # noqa: S101 - the caller saw it
    result_id = executed.inputs.get(f"{step}.{name}")
    if result_id is not None:
        result = _find_result(pipeline, step, result_id, name, executed.run)
        say(f"{step}.{name}", f"as run {executed.run} read it")
        return Source(open_store(pipeline.home).fetch(step, result.id), name)
    return _locate_pinned(pipeline, run_choice.choose_run(pipeline, executed.run), step, name)


def _locate_pinned(pipeline: PipelineFolder, run: Run, step: str, name: str) -> Source:
    """Read a result that a run made or reused, and print that."""
    if step not in run.pins:
        had = ", ".join(sorted(run.pins)) or "none"
        raise CallError(
            f"{step}.{name}: {run.label} has no result of {step}. It has: {had}."
            f'{make_hint(step, run.pins)} nbflow.use("latest") reads the newest of each step.'
        )
    result = _find_result(pipeline, step, run.pins[step], name, run.id)
    folder = open_store(pipeline.home).fetch(step, result.id)
    changed = find_changed(pipeline.project.root, folder, result.created)
    since = changed and f"{changed} changed since"
    say(
        f"{step}.{name}",
        run.label,
        make_parameters(run.parameters),
        f"{make_age(result.created)} old",
        since,
    )
    return Source(folder=folder, name=name)


def _locate_newest(pipeline: PipelineFolder, step: str, name: str) -> Source:
    """Read from the run that reads stay with, unless the author wrote by hand since."""
    run = _find_run(pipeline, step)
    written = by_hand_store.find_written(pipeline, step, name)
    if written and (run is None or written.after >= run.id):
        since = run and f"after {run.label}"
        say(f"{step}.{name}", f"written by hand {make_age(written.time)} ago", since or "")
        return Source(folder=written.folder, name=name)
    if run is None:
        raise _make_no_result(pipeline, step, name)
    return _locate_pinned(pipeline, run, step, name)


def _find_run(pipeline: PipelineFolder, step: str) -> Run | None:
    """Return the run that reads stay with, or the newest that has the step."""
    chosen = session.current.runs.get(pipeline.home)
    stays = find_finished(pipeline, chosen) if chosen else None
    if stays and step in stays.pins and Snapshot(pipeline).find_result(step, stays.pins[step]):
        _tell_newer(pipeline, stays)
        return stays
    newest = run_choice.find_newest(pipeline, step)
    if newest and not stays:
        session.current.runs[pipeline.home] = newest.id
    return newest


def _tell_newer(pipeline: PipelineFolder, stays: Run) -> None:
    """Print once for each newer run that reads do not see it: they stay with one run."""
    newer = _find_newer(pipeline, stays)
    if newer and newer.id not in session.current.told:
        session.current.told.add(newer.id)
        age = f"finished {make_age(newer.ended)} ago"
        say(
            f"newer: {newer.label}",
            make_parameters(newer.parameters),
            age,
            'nbflow.use("last") reads it',
        )


def _find_newer(pipeline: PipelineFolder, stays: Run) -> Run | None:
    newest = next(read_finished(pipeline), None)
    return newest if newest and newest.id > stays.id else None


def _describe_reads(here: Here, pipeline: PipelineFolder) -> str:
    home = pipeline.home
    if here.executed and home not in session.current.runs:
        return f"Reads return what run {here.executed.run} read, which executed this notebook."
    chosen = session.current.runs.get(home, "")
    run = find_finished(pipeline, chosen) if chosen else None
    if run is None:
        newest = next(read_finished(pipeline), None)
        seen = f"now {newest.label}" if newest else "and no run has finished yet"
        return f"Reads return the newest results, {seen}."
    about = " · ".join(
        filter(None, (run.label, make_parameters(run.parameters), f"{make_age(run.ended)} old"))
    )
    if home in session.current.fixed:
        return f'Reads return what you chose: {about}. nbflow.use("latest") goes back.'
    newer = _find_newer(pipeline, run)
    more = f' Newer: {newer.label}, which nbflow.use("last") reads.' if newer else ""
    return f"Reads stay with the newest run when they began: {about}.{more}"


def _describe_step(here: Here) -> str:
    if session.current.step:
        return f"This notebook is step {session.current.step}, as you chose."
    if here.step:
        if here.notebook and here.notebook.suffix == ".ipynb" and not is_tagged(here.notebook):
            return (
                f"This notebook writes as step {here.step}, by its file's name; it is none in a "
                "run: as it was saved, no cell is tagged `parameters` or `inputs`."
            )
        return f"This notebook is step {here.step}, by its file's name."
    return 'Nothing tells which step this notebook is: nbflow.use(step="…") does.'


def _check_known(pipeline: PipelineFolder | None, step: str) -> None:
    """Refuse a step of which there is neither a notebook nor a result."""
    if pipeline and (unknown := _explain_unknown(pipeline, step)):
        raise CallError(unknown)


def _explain_unknown(pipeline: PipelineFolder, step: str) -> str:
    """Return a sentence if a pipeline has steps, but not this one; else ""."""
    known = _find_step_names(pipeline)
    if not known or step in known:
        return ""
    hint = make_hint(step, known) or f" There are: {', '.join(sorted(known))}."
    return f"{pipeline.folder.name} has no step {step}.{hint}"


def _find_step_names(pipeline: PipelineFolder) -> set[str]:
    """Return the names of all notebooks, also of those without tags yet, and of all results."""
    found = set(open_store(pipeline.home).list_steps())
    for at, folders, files in os.walk(pipeline.folder):
        inside = (one for one in folders if not one.startswith("."))
        folders[:] = [one for one in inside if not is_store(f"{at}/{one}")]
        paths = map(Path, files)
        found |= {make_name(path.stem) for path in paths if path.suffix in _NOTEBOOKS}
    return found


def _find_result(
    pipeline: PipelineFolder, step: str, result_id: str, name: str, run: str
) -> Result:
    """Return a run's result, which holds this name."""
    result = Snapshot(pipeline).find_result(step, result_id)
    if result is None:
        gone = explain_removed(pipeline.home, step, result_id, run, f"{step}.{name}")
        raise CallError(problems=[gone])
    if name not in result.outputs:
        raise CallError(
            f"{step}.{name}: {step} wrote {', '.join(sorted(result.outputs)) or 'nothing'}."
            f'{make_hint(name, result.outputs)} Add nbflow.write("{name}", …) to {step}, '
            "or correct the name."
        )
    return result


def _find_writer(pipeline: PipelineFolder, name: str) -> str:
    """Return the only step that writes this name, else a name that stands for no step."""
    run = next(read_finished(pipeline), None)
    pins = run.pins if run else {}
    results = (Snapshot(pipeline).find_result(step, result_id) for step, result_id in pins.items())
    writers = [result.step for result in results if result and name in result.outputs]
    if len(writers) == 1:
        return writers[0]
    _warn_once(
        f"nothing tells which notebook this is, so that {name} is kept as {UNNAMED}.{name}. "
        "Restart the kernel if the notebook got its name since that started, or say "
        'nbflow.use(step="…").'
    )
    return UNNAMED


def _explain_nowhere(here: Here, but: str = "nothing written is kept") -> str:
    return (
        f"no project of nbflow holds {here.folder}, so that {but}. Start the notebook in its "
        "project's folder, or make one there: tag a cell `parameters` or `inputs` and save the "
        "notebook."
    )


def _explain_no_project(here: Here, what: str) -> str:
    return f"{what}: {_explain_nowhere(here, 'there is nothing to read')}"


def _make_no_result(pipeline: PipelineFolder, step: str, name: str) -> CallError:
    if unknown := _explain_unknown(pipeline, step):
        return CallError(f"{step}.{name}: {unknown}")
    return CallError(
        f"{step}.{name}: no finished run of {pipeline.folder.name} has a result of {step}, and you "
        "wrote none by hand. Make one: ",
        Command("run", ("--to", step)),
        ", or run its notebook.",
    )


def _warn_once(text: str) -> None:
    """Warn at the user's line that calls; a magic prints the warning instead."""
    if text in session.current.warned:
        return
    session.current.warned.add(text)
    text = text[0].upper() + text[1:]
    level = find_caller()
    if level is None:
        say(f"Warning: {text}")
    else:
        warnings.warn(text, stacklevel=level)
