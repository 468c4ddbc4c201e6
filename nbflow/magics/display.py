"""Shows answers in a notebook, as HTML and as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from IPython import get_ipython
from IPython.display import display

from nbflow.app import answers
from nbflow.app.pages import make_page
from nbflow.model import Problem
from nbflow.present import html
from nbflow.present.document import Block
from nbflow.present.frontends import spelled_for
from nbflow.present.pages.pipelines import make_problems
from nbflow.present.rows import ALL, read_rows
from nbflow.runs.fold import Run
from nbflow.storage.duckdb.errors import translated
from nbflow.terminal.plain import make_plain
from nbflow.terminal.printing import print_answer
from nbflow.workspace.pipeline_folder import PipelineFolder

Bundle = dict[str, str]


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
    bundle = _make_bundle(page := make_problems(found), page)
    if has_front_end():
        display(bundle, raw=True)
    else:
        print(bundle["text/plain"])  # noqa: T201 - a terminal's way


@spelled_for("notebook")
def make_bundle(answer: answers.Answer) -> Bundle:
    """Return an answer in the forms of which a front end takes the one it can show."""
    if isinstance(answer, answers.Queried):
        with translated():
            rows = read_rows(answer.relation, answer.limit or ALL, lazy=False)
        return {"text/html": html.draw_rows(rows), "text/plain": str(rows)}
    return _make_bundle(make_page(answer, still=True), make_page(answer))


def make_run_bundle(pipeline: PipelineFolder, run: Run) -> Bundle:
    """Return a run as it stands, for a display that is updated."""
    return make_bundle(answers.ShownRun(pipeline, run))


def _make_bundle(drawn: Iterable[Block], written: Iterable[Block]) -> Bundle:
    return {"text/html": html.draw_page(drawn), "text/plain": make_plain(written)}
