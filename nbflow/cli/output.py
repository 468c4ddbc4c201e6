"""Shows the answer or the error of a command, and finds the exit code."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from nbflow.app import answers
from nbflow.errors import NbflowError, PipelineError
from nbflow.present.pages.pipelines import make_problems
from nbflow.terminal import console
from nbflow.terminal.json_answers import make_error
from nbflow.terminal.printing import print_answer, print_json
from nbflow.terminal.render import render
from nbflow.workspace.pipeline_folder import find_pipeline

DONE, FAILED, WRONG, CANCELLED = 0, 1, 2, 130


def show(answer: answers.Answer, *, as_json: bool) -> int:
    """Print an answer and return the program's exit code."""
    print_answer(answer, as_json=as_json)
    return find_exit_code(answer)


def find_exit_code(answer: answers.Answer) -> int:
    match answer:
        case answers.Executed(run=run, report=report):
            if run.status == "done" and report is not None and report.failed:
                return FAILED
            return {"done": DONE, "cancelled": CANCELLED}.get(run.status, FAILED)
        case answers.Checked(scan=scan):
            wrong = any(problem.severity == "error" for problem in scan.problems)
            return WRONG if wrong or not scan.steps else DONE
        case answers.Told(failed=True):
            return FAILED
    return DONE


def show_error(error: NbflowError, *, as_json: bool, root: Path | None = None) -> None:
    """Print an error once, with all the problems it holds; `root` is the project's."""
    if as_json:
        print_json(make_error(error))
    stderr = console.make_console(stderr=True)
    if isinstance(error, PipelineError):
        console.show(stderr, render(make_problems(error.problems, root)))
        if not error.args:
            return
    stderr.print(Text.assemble(("Error: ", "bold red"), str(error)), soft_wrap=True)


def find_root(folder: str | None) -> Path | None:
    """Return the root of a project whose command has failed, None where it has none."""
    try:
        return find_pipeline(folder).project.root
    except (OSError, NbflowError):
        return None
