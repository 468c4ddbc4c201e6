"""Finds what a pipeline says: title, large numbers and story, of this run or of an earlier one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from nbflow.model import STATES, Frozen
from nbflow.model.events import RunFinished
from nbflow.reports.facts import KeyNumber, Story
from nbflow.reports.headings import find_title
from nbflow.reports.key_numbers import read_numbers
from nbflow.reports.run_log import read_run_log
from nbflow.reports.steps import Gathered, read_steps
from nbflow.reports.story import Source, make_story
from nbflow.runs.fold import Run
from nbflow.runs.folder import find_folder
from nbflow.runs.history import iterate_run_ids, read_run
from nbflow.runs.log import read_last
from nbflow.workspace.pipeline_folder import PipelineFolder

_LOOKED_AT = 100  # earlier runs


class Conclusions(Frozen, frozen=True):
    """What a pipeline says; `run` is the earlier run that says it, "" for the run itself."""

    title: str
    numbers: tuple[KeyNumber, ...] = ()
    story: tuple[Story, ...] = ()
    run: str = ""


def read_conclusions(
    pipeline: PipelineFolder, run: Run, gathered: Sequence[Gathered]
) -> Conclusions:
    """Return what a run says.

    Where steps that would say it have not ended well, the newest run before it says it that was
    done and has these steps; where there is none, those steps say it that have ended well.
    """
    own = _make_conclusions(pipeline, gathered)
    good = {one.step.state.name for one in gathered if _is_good(one)}
    telling = {one.step for one in own.story}
    if run.status == "done" or (telling and telling <= good):
        return own
    earlier = _read_earlier(pipeline, run, telling or {*run.parents})
    if earlier is not None:
        return replace(earlier, title=own.title or earlier.title)
    return replace(own, story=tuple(one for one in own.story if one.step in good))


def _make_conclusions(pipeline: PipelineFolder, gathered: Sequence[Gathered]) -> Conclusions:
    story = make_story(
        Source(one.step.state.name, one.step.state.path, one.notebook.cells, one.is_report)
        for one in gathered
    )
    title = _find_title(gathered, story) or pipeline.folder.name
    return Conclusions(title, _find_numbers(gathered, story), story)


def _find_title(gathered: Sequence[Gathered], story: Sequence[Story]) -> str:
    """Return the first heading of the story's last notebook, else of the last that has one."""
    cells = {one.step.state.name: one.notebook.cells for one in gathered}
    told = (cells[one.step] for one in reversed(story))
    titles = map(find_title, itertools.chain(told, reversed(cells.values())))
    return next(filter(None, titles), "")


def _find_numbers(gathered: Sequence[Gathered], story: Sequence[Story]) -> tuple[KeyNumber, ...]:
    """Return the findings of the story's steps, else those of the last step that has some."""
    told = {one.step for one in story}
    own = [one for one in gathered if one.step.state.name in told]
    others = [one for one in reversed(gathered) if one.step.state.name not in told]
    if found := tuple(number for one in own for number in _read_findings(one)):
        return found
    return next(filter(None, map(_read_findings, others)), ())


def _read_findings(one: Gathered) -> tuple[KeyNumber, ...]:
    if one.folder is None or not _is_good(one):
        return ()
    folder = one.folder
    return tuple(number for output in one.outputs for number in read_numbers(folder, output))


def _is_good(one: Gathered) -> bool:
    return STATES[one.step.state.status].good


def _read_earlier(pipeline: PipelineFolder, run: Run, steps: set[str]) -> Conclusions | None:
    """Return what the newest run says that was done before this one and has these steps."""
    for run_id in itertools.islice(_find_done(pipeline, run.id), _LOOKED_AT):
        if steps <= read_run(pipeline, run_id).parents.keys():
            log = read_run_log(pipeline, run_id)
            found = _make_conclusions(pipeline, read_steps(pipeline, log, log.run.steps))
            if found.story or found.numbers:
                return replace(found, run=run_id)
    return None


def _find_done(pipeline: PipelineFolder, before: str) -> Iterator[str]:
    for run_id in iterate_run_ids(pipeline):
        last = read_last(find_folder(pipeline, run_id).log) if run_id < before else None
        if last and isinstance(last.event, RunFinished) and last.event.status == "done":
            yield run_id
