"""Prints answers: text for people, JSON and rows for programs."""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator

import click
import msgspec

from nbflow.app import answers
from nbflow.app.pages import make_page
from nbflow.base.process import open_nothing
from nbflow.terminal import console
from nbflow.terminal.json_answers import make_json
from nbflow.terminal.render import render


def print_answer(answer: answers.Answer, *, as_json: bool) -> None:
    """Print an answer. The pipe's reader may be gone by then."""
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
    if isinstance(answer, answers.Queried):
        from nbflow.terminal.query_output import print_rows  # noqa: PLC0415 - only to query

        print_rows(answer)
    elif not as_json:
        console.show(console.make_console(), render(make_page(answer)))
    elif not isinstance(answer, answers.Executed):  # its events were printed, which say all
        print_json(make_json(answer))
    sys.stdout.flush()
