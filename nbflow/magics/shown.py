"""Answers in a notebook: HTML of their own or as on a terminal, and always the text of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from IPython import get_ipython
from IPython.display import display

from nbflow.app import answers
from nbflow.app.folders import say_where
from nbflow.magics import plain
from nbflow.model import Problem
from nbflow.present import html
from nbflow.present.document import Document
from nbflow.present.faces import spelled_for
from nbflow.present.pages import pipelines
from nbflow.present.pages import runs as pages
from nbflow.present.pages.plans import make_plan_page
from nbflow.present.rows import read_rows
from nbflow.runs.fold import Run
from nbflow.storage.duckdb.errors import translated
from nbflow.terminal import make_text, parts, runs
from nbflow.terminal.printing import print_answer
from nbflow.terminal.steps import make_problems
from nbflow.workspace.project import Project

Bundle = dict[str, str]
_ALL = 1 << 60  # rows


def has_front_end(shell: Any = None) -> bool:
    """Say whether output goes to a front end of Jupyter, and not straight to a terminal."""
    shell = shell or get_ipython()
    return getattr(shell, "kernel", None) is not None


def show(answer: answers.Answer, *, as_json: bool = False) -> None:
    """Show an answer where the cell's output is."""
    rows = isinstance(answer, answers.Queried) and (answer.output or answer.kind != "table")
    if as_json or rows or not has_front_end():
        print_answer(answer, as_json=as_json)
    else:
        display(make_bundle(answer), raw=True)


@spelled_for("notebook")
def show_problems(problems: Iterable[Problem]) -> None:
    """Show what is wrong with a pipeline; nothing where nothing is."""
    if not (found := list(problems)):
        return
    text = parts.stack(*make_problems(found, None))
    bundle = {
        "text/html": html.draw_page(pipelines.make_problems(found)),
        "text/plain": plain.make_plain(text),
    }
    if has_front_end():
        display(bundle, raw=True)
    else:
        print(bundle["text/plain"])  # noqa: T201 - a terminal's way


@spelled_for("notebook")
def make_bundle(answer: answers.Answer) -> Bundle:
    """Return an answer in the forms of which a front end takes the one it can show.

    What has no HTML of its own is shown as on a terminal.
    """
    if isinstance(answer, answers.Queried):
        with translated():
            rows = read_rows(answer.relation, answer.limit or _ALL, lazy=False)
        return {"text/html": html.draw_rows(rows), "text/plain": str(rows)}
    text = make_text(answer)
    page = None if getattr(answer, "profile", False) else make_page(answer)
    return {
        "text/html": html.draw_page(page) if page else plain.make_html(text),
        "text/plain": plain.make_plain(text),
    }


def make_run_bundle(project: Project, run: Run) -> Bundle:
    """Return a run as it stands, for a display that is updated."""
    return make_bundle(answers.ShownRun(project, run))


def make_page(answer: answers.Answer) -> Document | None:
    """Return what is shown of an answer; None of what is only shown as on a terminal."""
    match answer:
        case answers.ShownPlan(plan=plan, diffs=diffs):
            return make_plan_page(plan, diffs)
        case answers.Listed(project=project, scan=scan):
            return pipelines.make_pipeline_page(project.folder.name, scan, project.root)
        case answers.Checked(project=project, scan=scan):
            return pipelines.make_check_page(scan, project.root)
        case answers.Runs(runs=found):
            return pages.make_runs_page(found)
        case (
            answers.ShownRun(project=project, run=run) | answers.Executed(project=project, run=run)
        ):
            return pages.make_run_page(run, time.time(), runs.find_next(run, say_where(project)))
        case answers.ShownStep(run=run, step=step, outputs=outputs, folder=folder):
            after = runs.find_step_next(answer)
            return pages.make_step_page(run, step, outputs, folder, after)
        case answers.Told(text=text, value={"path": str(path)}, next=after):
            return pipelines.make_told_page(text, path, after)
    return None
