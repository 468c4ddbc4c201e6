"""Completes `%nbflow` and `%%step` lines with what the command line offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from glob import escape, glob
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string
from IPython.core.completer import SimpleCompletion, context_matcher

from nbflow.commands.step import command as step_command
from nbflow.magics.program import make_defaults, program

_LINE = re.compile(r"^\s*(?:[^=%]+=\s*)?%nbflow\s+(?P<words>.*)$")
_CELL = re.compile(r"^%%step\s+(?P<words>.*)$")
_OURS = "nbflow_matcher"


class _Typed(NamedTuple):
    """A command line up to the cursor."""

    command: click.Command
    words: list[str]
    open: str  # the word at the cursor


def register(shell: Any, find_folder: Callable[[], str]) -> None:
    """Have the shell's completer ask us too; `find_folder` says which pipeline is meant."""

    def nbflow_matcher(context: Any) -> dict[str, Any]:
        typed = _find_typed(context.text_until_cursor)
        if typed is None:
            return {"completions": []}
        found = complete(typed, find_folder())
        return {
            "completions": [SimpleCompletion(item.value, type=item.help or "") for item in found],
            "matched_fragment": typed.open,
            "suppress": True,
            "ordered": True,
        }

    mark: Any = context_matcher  # as one that takes a context
    shell.Completer.custom_matchers.append(mark()(nbflow_matcher))


def unregister(shell: Any) -> None:
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if getattr(one, "__name__", "") != _OURS]


def complete(typed: _Typed, folder: str) -> list[CompletionItem]:
    """Return the words that fit at the cursor, found by click's shell completion."""
    defaults = {"default_map": make_defaults(folder)}
    shell = ShellComplete(typed.command, defaults, "%nbflow", "_NBFLOW_COMPLETE")
    return [one for item in shell.get_completions(typed.words, typed.open) for one in _open(item)]


def _find_typed(line: str) -> _Typed | None:
    """Return the command line at the cursor, None where this is something else."""
    in_line, in_cell = _LINE.match(line), _CELL.match(line)
    match = in_line or in_cell
    if match is None:
        return None
    words = split_arg_string(match["words"])
    at_word = bool(re.search(r"\S$", match["words"]))
    last = words.pop() if at_word and words else ""
    if not match["words"].endswith(last):  # within quotes: what is to be replaced is not plain
        return None
    return _Typed(program if in_line else step_command, words, last)


def _open(item: CompletionItem) -> Iterator[CompletionItem]:
    """Yield the item. An item that stands for files or folders becomes the files or folders."""
    if item.type not in {"file", "dir"}:
        yield item
        return
    for path in sorted(glob(f"{escape(item.value)}*")):  # noqa: PTH207 - a beginning, no folder
        if Path(path).is_dir():
            yield CompletionItem(f"{path}/", help="folder")
        elif item.type == "file":
            yield CompletionItem(path, help="file")
