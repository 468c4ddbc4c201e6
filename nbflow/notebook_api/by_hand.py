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
    from nbflow.model import Result
    from nbflow.runs.fold import Run
    from nbflow.workspace.project import Project

LATEST = "latest"
_NOTEBOOKS = {".ipynb", ".md", ".py", ".qmd", ".Rmd"}
UNNAMED = "notebook"  # the step of a notebook whose name is not known


def locate(step: str, name: str, run: str = "") -> Source:
    """Return where to read from, and print that in one line; `run` chooses a run for this read."""
    with session.current.lock:
        here = _enter()
        if here.project is None:
            raise CallError(_explain_no_project(here, f"{step}.{name}"))
        home = here.project.home
        if run:
            chosen = run_choice.choose_run(here.project, run, f"--run {run}")
            return _locate_pinned(here.project, chosen, step, name)
        if here.executed and home not in session.current.runs:
            return _locate_executed(here, here.project, step, name)
        if home in session.current.fixed:
            pinned = find_finished(here.project, session.current.runs[home])
            pinned = pinned or run_choice.choose_run(
                here.project, session.current.runs[home]
            )  # raises: gone
            return _locate_pinned(here.project, pinned, step, name)
        return _locate_newest(here.project, step, name)


def write(name: str, value: Any) -> None:
    """Keep a value in this user's by-hand area; warn where there is nowhere to keep it."""
    here = find_here()
    if here.project is None:
        _warn_once(_explain_nowhere(here))
        return
    step = session.current.step or here.step or _find_writer(here.project, name)
    try:
        newest = next(read_finished(here.project), None)
        output = by_hand_store.write(here.project, step, name, value, newest.id if newest else "")
    except OSError as error:
        _warn_once(f"{here.project.home}: {error.strerror}, so that nothing written is kept.")
        return
    rows = "" if output.rows is None else say_count(output.rows, "row")
    say(f"{step}.{name}", "written by hand", rows, output.note)


def use(run: str | None, step: str | None) -> None:
    """Choose the run that reads return, and which step this notebook is."""
    project = find_here().project
    if step is not None:
        check_step(step)
        _check_known(project, step)
        session.current.step = step
    if run is None:
        return
    if project is None:
        raise CallError(_explain_no_project(find_here(), f"run {run}"))
    with session.current.lock:
        chosen = next(read_finished(project), None) if run == LATEST else None
        if run != LATEST:
            chosen = run_choice.choose_run(project, run)
        session.current.runs[project.home] = chosen.id if chosen else ""
        session.current.fixed.discard(project.home)
        if run != LATEST:
            session.current.fixed.add(project.home)
    if chosen:
        say(
            f"reading {chosen.label}",
            make_parameters(chosen.parameters),
            f"finished {make_age(chosen.ended)} ago",
        )


def describe_use() -> str:
    """Return what reads return here and which step this notebook is, a line each."""
    here = find_here()
    if here.project is None:
        raise CallError(_explain_no_project(here, "nbflow.use"))
    with session.current.lock:
        return f"{_describe_reads(here, here.project)}\n{_describe_step(here)}"


def explain_unkept() -> str:
    """Return why nothing that is written here would be kept, "" where it would."""
    here = find_here()
    return "" if here.project else _explain_nowhere(here)


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


def _locate_executed(here: Here, project: Project, step: str, name: str) -> Source:
    """Read the same result as the run that executed this copy of a notebook."""
    executed = here.executed
    assert executed is not None  # noqa: S101 - the caller saw it
    result_id = executed.inputs.get(f"{step}.{name}")
    if result_id is not None:
        result = _find_result(project, step, result_id, name, executed.run)
        say(f"{step}.{name}", f"as run {executed.run} read it")
        return Source(open_store(project.home).fetch(step, result.id), name)
    return _locate_pinned(project, run_choice.choose_run(project, executed.run), step, name)


def _locate_pinned(project: Project, run: Run, step: str, name: str) -> Source:
    """Read a result that a run made or reused, and print that."""
    if step not in run.pins:
        had = ", ".join(sorted(run.pins)) or "none"
        raise CallError(
            f"{step}.{name}: {run.label} has no result of {step}. It has: {had}."
            f'{make_hint(step, run.pins)} nbflow.use("latest") reads the newest of each step.'
        )
    result = _find_result(project, step, run.pins[step], name, run.id)
    folder = open_store(project.home).fetch(step, result.id)
    changed = find_changed(project.root, folder, result.created)
    since = changed and f"{changed} changed since"
    say(
        f"{step}.{name}",
        run.label,
        make_parameters(run.parameters),
        f"{make_age(result.created)} old",
        since,
    )
    return Source(folder=folder, name=name)


def _locate_newest(project: Project, step: str, name: str) -> Source:
    """Read from the run that reads stay with, unless the author wrote by hand since."""
    run = _find_run(project, step)
    written = by_hand_store.find_written(project, step, name)
    if written and (run is None or written.after >= run.id):
        since = run and f"after {run.label}"
        say(f"{step}.{name}", f"written by hand {make_age(written.time)} ago", since or "")
        return Source(folder=written.folder, name=name)
    if run is None:
        raise _make_no_result(project, step, name)
    return _locate_pinned(project, run, step, name)


def _find_run(project: Project, step: str) -> Run | None:
    """Return the run that reads stay with, or the newest that has the step."""
    chosen = session.current.runs.get(project.home)
    stays = find_finished(project, chosen) if chosen else None
    if stays and step in stays.pins and Snapshot(project).find_result(step, stays.pins[step]):
        _tell_newer(project, stays)
        return stays
    newest = run_choice.find_newest(project, step)
    if newest and not stays:
        session.current.runs[project.home] = newest.id
    return newest


def _tell_newer(project: Project, stays: Run) -> None:
    """Print once for each newer run that reads do not see it: they stay with one run."""
    newer = _find_newer(project, stays)
    if newer and newer.id not in session.current.told:
        session.current.told.add(newer.id)
        age = f"finished {make_age(newer.ended)} ago"
        say(
            f"newer: {newer.label}",
            make_parameters(newer.parameters),
            age,
            'nbflow.use("last") reads it',
        )


def _find_newer(project: Project, stays: Run) -> Run | None:
    newest = next(read_finished(project), None)
    return newest if newest and newest.id > stays.id else None


def _describe_reads(here: Here, project: Project) -> str:
    home = project.home
    if here.executed and home not in session.current.runs:
        return f"Reads return what run {here.executed.run} read, which executed this notebook."
    chosen = session.current.runs.get(home, "")
    run = find_finished(project, chosen) if chosen else None
    if run is None:
        newest = next(read_finished(project), None)
        seen = f"now {newest.label}" if newest else "and no run has finished yet"
        return f"Reads return the newest results, {seen}."
    about = " · ".join(
        filter(None, (run.label, make_parameters(run.parameters), f"{make_age(run.ended)} old"))
    )
    if home in session.current.fixed:
        return f'Reads return what you chose: {about}. nbflow.use("latest") goes back.'
    newer = _find_newer(project, run)
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


def _check_known(project: Project | None, step: str) -> None:
    """Refuse a step of which there is neither a notebook nor a result."""
    if project and (unknown := _explain_unknown(project, step)):
        raise CallError(unknown)


def _explain_unknown(project: Project, step: str) -> str:
    """Return a sentence if a pipeline has steps, but not this one; else ""."""
    known = _find_step_names(project)
    if not known or step in known:
        return ""
    hint = make_hint(step, known) or f" There are: {', '.join(sorted(known))}."
    return f"{project.folder.name} has no step {step}.{hint}"


def _find_step_names(project: Project) -> set[str]:
    """Return the names of all notebooks, also of those without tags yet, and of all results."""
    found = set(open_store(project.home).list_steps())
    for at, folders, files in os.walk(project.folder):
        inside = (one for one in folders if not one.startswith("."))
        folders[:] = [one for one in inside if not is_store(f"{at}/{one}")]
        paths = map(Path, files)
        found |= {make_name(path.stem) for path in paths if path.suffix in _NOTEBOOKS}
    return found


def _find_result(project: Project, step: str, result_id: str, name: str, run: str) -> Result:
    """Return a run's result, which holds this name."""
    result = Snapshot(project).find_result(step, result_id)
    if result is None:
        gone = explain_removed(project.home, step, result_id, run, f"{step}.{name}")
        raise CallError(problems=[gone])
    if name not in result.outputs:
        raise CallError(
            f"{step}.{name}: {step} wrote {', '.join(sorted(result.outputs)) or 'nothing'}."
            f'{make_hint(name, result.outputs)} Add nbflow.write("{name}", …) to {step}, '
            "or correct the name."
        )
    return result


def _find_writer(project: Project, name: str) -> str:
    """Return the only step that writes this name, else a name that stands for no step."""
    run = next(read_finished(project), None)
    pins = run.pins if run else {}
    results = (Snapshot(project).find_result(step, result_id) for step, result_id in pins.items())
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


def _make_no_result(project: Project, step: str, name: str) -> CallError:
    if unknown := _explain_unknown(project, step):
        return CallError(f"{step}.{name}: {unknown}")
    return CallError(
        f"{step}.{name}: no finished run of {project.folder.name} has a result of {step}, and you "
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
