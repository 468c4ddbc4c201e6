"""What people are shown of an answer, as a document for any face to draw."""

from __future__ import annotations

import time
from collections import Counter

from nbflow.app import answers
from nbflow.app.next_commands import find_after_comparison, find_after_step
from nbflow.app.pipelines import say_where
from nbflow.base.text import say_bytes, say_count
from nbflow.model import Command
from nbflow.present.document import Column, Document, Gap, Table, make_commands, make_document
from nbflow.present.document import make_line as line
from nbflow.present.pages import pipelines, runs
from nbflow.present.pages.comparison import make_comparison_page
from nbflow.present.pages.plans import make_plan_page
from nbflow.present.pages.profile import make_profile
from nbflow.runs.next_commands import find_after_run

_REMOVABLE = (Column(""), Column("what"), Column("size", right=True), Column("why"))


def make_page(answer: answers.Answer, *, still: bool = False) -> Document:  # noqa: C901, PLR0911 - a case each
    """Return what is shown of an answer.

    A `still` page lies in a saved notebook: it has graphs and links, the moments at which results
    were made instead of their ages, and leaves nothing out.
    """
    match answer:
        case answers.ShownPlan(plan=plan, diffs=diffs, every=every):
            return make_plan_page(plan, diffs, every=every or still, graph=still)
        case answers.Listed(pipeline=pipeline, scan=scan):
            if still:
                return pipelines.make_pipeline_page(
                    pipeline.folder.name, scan, pipeline.project.root
                )
            check = [(Command("check", (say_where(pipeline),)), "says what and where")]
            return pipelines.make_steps_page(
                scan, pipeline.project.root, check if scan.problems else ()
            )
        case answers.Checked(pipeline=pipeline, scan=scan):
            return pipelines.make_check_page(scan, pipeline.project.root)
        case answers.Runs(runs=found):
            return runs.make_runs_page(found)
        case answers.Executed() | answers.ShownRun():
            return _make_run(answer, still=still) + _make_profile(answer)
        case answers.ShownStep(run=run, step=step, outputs=outputs, folder=folder):
            now = None if still else time.time()
            after = find_after_step(answer)
            page = runs.make_step_page(run, step, outputs, folder, after, now=now)
            return page + _make_profile(answer)
        case answers.Compared(comparison=comparison):
            return make_comparison_page(comparison, find_after_comparison(answer))
        case answers.Told(text=text, facts={"path": str(path)}, next=after) if still:
            return pipelines.make_told_page(text, path, after)
        case answers.Told(text=text, next=after):
            lines = (line(one, kind="copied") for one in text.splitlines())
            return make_document(*lines, make_commands(after))
        case answers.Cleaned():
            return _make_cleaned(answer)
    raise TypeError(answer)


def _make_run(answer: answers.Executed | answers.ShownRun, *, still: bool) -> Document:
    """Return a run with its steps; those of one that was executed here were shown meanwhile."""
    run, now = answer.run, time.time()
    after = tuple(find_after_run(run, say_where(answer.pipeline)))
    if still:
        return runs.make_run_page(run, now, after)
    if isinstance(answer, answers.ShownRun):
        return runs.make_live_page(run, now, after)
    outcome = runs.make_outcome_page(run, (run.status == "done" and answer.next) or after)
    return outcome + _make_report(answer.report)


def _make_report(told: answers.Told | None) -> Document:
    """Return where a run's report is, or why there is none."""
    if told is None:
        return ()
    first, *rest = told.text.splitlines()
    said = first if told.failed else f"report: {first}"
    shown = line(said, kind="warning" if told.failed else "copied")
    return (Gap(), shown, *map(line, rest), *make_document(make_commands(told.next)))


def _make_profile(answer: answers.Executed | answers.ShownRun | answers.ShownStep) -> Document:
    """Return where the time of the steps went, if that was asked for."""
    if not answer.profile:
        return ()
    steps = [answer.step] if isinstance(answer, answers.ShownStep) else answer.run.steps.values()
    return (Gap(), *make_profile(steps, answer.run.jobs))


def _make_cleaned(cleaned: answers.Cleaned) -> Document:
    """Return what was removed or would be, and how much room that makes."""
    if not cleaned.removable:
        return (line("Nothing to remove."),)
    count = Counter(one.kind for one in cleaned.removable)
    said = ", ".join(say_count(number, kind) for kind, number in count.items())
    size = say_bytes(sum(one.bytes for one in cleaned.removable))
    if cleaned.removed:
        return (line(f"Removed: {said}, {size}."),)
    rows = (
        ((one.kind,), (f"{one.step} {one.id}".strip(),), (say_bytes(one.bytes),), (one.why,))
        for one in cleaned.removable
    )
    return make_document(
        Table(_REMOVABLE, tuple(rows)),
        Gap(),
        line(f"Would remove: {said}, {size}."),
        make_commands([(cleaned.again, "remove them")] if cleaned.again else []),
    )
