"""Finds uses of nbflow's functions in notebooks of other languages, where they do not work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbflow.analysis.code.cells import make_place
from nbflow.model import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.model import Options

_CALL = re.compile(r"\bnbflow\s*(?:\.|\$|::)\s*(file|progress|read|sql|write)\s*\(")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_COMMENT = re.compile(r"(?:#|//).*")


def find_unsupported(
    cells: Sequence[CodeCell], language: str, options: Options, notebook: str
) -> Iterator[Problem]:
    """Find calls of nbflow's functions, and the option `writes`, in another language's notebook."""
    if language == "python":
        return
    for cell in cells:
        for number, line in enumerate(cell.source.splitlines(), 1):
            for function in _find_calls(line):
                place = make_place(notebook, cell, number)
                yield Problem("python-only", place, {"function": function, "language": language})
    if options.writes:
        facts = {"names": list(options.writes), "language": language}
        yield Problem("python-only-writes", Place(notebook), facts)


def _find_calls(line: str) -> Iterator[str]:
    """Yield the functions that a line calls, comments and texts left out."""
    plain = _COMMENT.sub("", _TEXT.sub('""', line))
    yield from (found[1] for found in _CALL.finditer(plain))
