"""Reads a cell as far as this Python can, if its syntax is of another Python."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from nbflow.analysis.code.ipython_syntax import parse

_MOST = 50  # lines given up before a cell is
_INDENT = re.compile(r"[ \t]*")


class Salvaged(NamedTuple):
    """A cell's Python without the lines that cannot be read; `lost` are their numbers."""

    plain: str
    tree: ast.Module
    lost: tuple[int, ...]


def salvage(plain: str) -> Salvaged | None:
    """Blank the lines with syntax errors, one by one; return None where they are too many."""
    lines = plain.split("\n")
    lost: list[int] = []
    while len(lost) <= _MOST:
        try:
            return Salvaged("\n".join(lines), parse("\n".join(lines)), tuple(sorted(lost)))
        except SyntaxError as error:
            number = error.lineno or 0
        except (ValueError, RecursionError, MemoryError):
            return None
        if not 0 < number <= len(lines) or not _give_up(lines, number):
            return None
        lost.append(number)
    return None


def _give_up(lines: list[str], number: int) -> bool:
    """Put a `pass` in place of a line, or nothing where that did not help; False if it is gone."""
    line = lines[number - 1]
    if not line.strip():
        return False
    indent = _INDENT.match(line)
    lines[number - 1] = "" if line.strip() == "pass" else f"{indent[0] if indent else ''}pass"
    return True
