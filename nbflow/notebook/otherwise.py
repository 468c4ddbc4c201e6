"""What of nbflow does not work in other languages, where a notebook asks for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.model import Place, Problem
from nbflow.notebook.code import make_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.model import Options
    from nbflow.notebook.code import CodeCell

_CALL = re.compile(r"\bnbflow\s*(?:\.|\$|::)\s*(file|progress|read|sql|write)\s*\(")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_COMMENT = re.compile(r"(?:#|//).*")
_REMEDIES = {
    "read": "Let a Python step write it into a file, come after that step by the option `after`, "
    "and open the file here.",
    "write": "Write a file, and let a Python step that comes after this one, by its option "
    "`after`, read it.",
    "sql": "Ask in a Python step, and let it write the rows into a file that is opened here.",
    "file": "Remove the call, and open the file by its path.",
    "progress": "Remove the call.",
}


def find_unsupported(
    cells: Sequence[CodeCell], language: str, options: Options, notebook: str
) -> Iterator[Problem]:
    """Find calls of nbflow's functions, and the option `writes`, in another language's notebook."""
    if language == "python":
        return
    for cell in cells:
        for number, line in enumerate(cell.source.splitlines(), 1):
            for function in _find_calls(line):
                what = f"nbflow.{function} works in Python only; this notebook's language is "
                place = make_place(notebook, cell, number)
                yield Problem(f"{what}{language}.", place, _REMEDIES[function])
    if options.writes:
        names = ", ".join(options.writes)
        what = f"the option `writes` lists {names}, but only Python can write them; this "
        hint = f"Remove the option. {_REMEDIES['write']}"
        yield Problem(f"{what}notebook's language is {language}.", Place(notebook), hint)


def _find_calls(line: str) -> Iterator[str]:
    """Yield the functions that a line calls, comments and texts left out."""
    plain = _COMMENT.sub("", _TEXT.sub('""', line))
    yield from (found[1] for found in _CALL.finditer(plain))
