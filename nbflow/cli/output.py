"""Prints answers and errors: text for people, JSON for programs."""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from rich.text import Text

from nbflow.app import answers
from nbflow.cli import terminal
from nbflow.cli.jsonform import make_error, make_json
from nbflow.cli.render import make_text, steps
from nbflow.errors import NbflowError, PipelineError
from nbflow.process import open_nothing
from nbflow.project import find_project
from nbflow.text import say_count

DONE, FAILED, WRONG, CANCELLED = 0, 1, 2, 130


def show(answer: answers.Answer, *, as_json: bool) -> int:
    """Print an answer and return the program's exit code; a reader may be gone by then."""
    with heard():
        _print(answer, as_json=as_json)
    return find_exit_code(answer)


@contextlib.contextmanager
def heard() -> Iterator[None]:
    """Go quiet where the terminal was closed, or the pipe's reader has seen enough."""
    try:
        yield
    except OSError as error:
        sys.stdout = open_nothing()  # for what is flushed at the end
        if error.errno not in {errno.EIO, errno.EPIPE}:
            why = error.strerror or error
            said = f"The answer could not be written: {why}. What was asked for is done."
            raise click.ClickException(said) from error


def _print(answer: answers.Answer, *, as_json: bool) -> None:
    if isinstance(answer, answers.Queried) and (answer.output or answer.kind != "table"):
        from nbflow.cli import tables  # noqa: PLC0415 - only to query

        tables.write(answer)
        _tell_written(answer)
    elif isinstance(answer, answers.Queried):
        _print_table(answer)
    elif as_json:
        if not (isinstance(answer, answers.Executed) and answer.shown):
            print_json(make_json(answer))
    else:
        terminal.show(terminal.make_console(), make_text(answer))
    sys.stdout.flush()


def _print_table(queried: answers.Queried) -> None:
    from nbflow.cli import tables  # noqa: PLC0415 - only to query

    if tables.is_long(queried):
        tables.show_all(queried)
    else:
        terminal.show(terminal.make_console(), make_text(queried))


def _tell_written(queried: answers.Queried) -> None:
    """Say on the standard error what a file holds now."""
    if queried.output is None:
        return
    from nbflow.cli import tables  # noqa: PLC0415 - as above

    count = tables.count_rows(queried.output, queried.kind)
    rows = "the rows" if count is None else say_count(count, "row")
    click.echo(f"wrote {rows} to {queried.output}", err=True)


def find_exit_code(answer: answers.Answer) -> int:
    match answer:
        case answers.Executed(run=run):
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
    console = terminal.make_console(stderr=True)
    if isinstance(error, PipelineError):
        for problem in steps.make_problems(error.problems, root):
            terminal.show(console, problem)
        if error.problems and len(error.problems) == 1 and error.problems[0].what in str(error):
            return
    console.print(Text.assemble(("Error: ", "bold red"), str(error)), soft_wrap=True)


def find_root(folder: str | None) -> Path | None:
    """Return the root of a project whose command has failed, None where it has none."""
    try:
        return find_project(folder).root
    except (OSError, NbflowError):
        return None


def print_json(value: object) -> None:
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    click.echo(text.decode())  # a notebook's output takes no bytes
