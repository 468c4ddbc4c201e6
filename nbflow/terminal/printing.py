"""Prints answers: text for people, JSON and rows for programs."""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator

import click
import msgspec

from nbflow.app import answers
from nbflow.base.process import open_nothing
from nbflow.base.text import say_count
from nbflow.terminal import console, make_text
from nbflow.terminal.jsonform import make_json


def print_answer(answer: answers.Answer, *, as_json: bool) -> None:
    """Print an answer; a reader may be gone by then."""
    with heard():
        _print(answer, as_json=as_json)


def print_json(value: object) -> None:
    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    click.echo(text.decode())  # a notebook's output takes no bytes


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
        from nbflow.terminal import tables  # noqa: PLC0415 - only to query

        tables.write(answer)
        _tell_written(answer)
    elif isinstance(answer, answers.Queried):
        _print_table(answer)
    elif as_json:
        if not isinstance(answer, answers.Executed):  # its events were printed, which say all
            print_json(make_json(answer))
    else:
        console.show(console.make_console(), make_text(answer))
    sys.stdout.flush()


def _print_table(queried: answers.Queried) -> None:
    from nbflow.terminal import tables  # noqa: PLC0415 - only to query

    if tables.is_long(queried):
        tables.show_all(queried)
    else:
        console.show(console.make_console(), make_text(queried))


def _tell_written(queried: answers.Queried) -> None:
    """Say on the standard error what a file holds now."""
    if queried.output is None:
        return
    from nbflow.terminal import tables  # noqa: PLC0415 - as above

    count = tables.count_rows(queried.output, queried.kind)
    rows = "the rows" if count is None else say_count(count, "row")
    click.echo(f"wrote {rows} to {queried.output}", err=True)
