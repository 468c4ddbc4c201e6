"""Parameters cells in other languages: assignments of literals, as Python on the same lines."""

from __future__ import annotations

import ast
import re

_ASSIGNMENT = re.compile(
    r"(?:(?:val|var|let|const|local|my|auto|string|int|double|bool)\s+)?"
    r"\$?([A-Za-z_]\w*)\s*(?::{1,2}\s*[\w.\[\]{}]+\s*)?(?:<-|=(?!=))\s*(.+)"
)
_COMMENTED = re.compile(
    r"""((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^"'#/]|/(?!/))*)(?:(?:\#|//)\s*(.*))?$"""
)
_WORDS = {
    **dict.fromkeys(("TRUE", "true", "True"), True),
    **dict.fromkeys(("FALSE", "false", "False"), False),
    **dict.fromkeys(("NULL", "NA", "NaN", "null", "nil", "nothing", "None"), None),
}
_VECTOR = re.compile(r"(?:c|list|List|Array|Seq)\s*\((.*)\)")


def to_python(source: str) -> str:
    """Return the assignments at the starts of lines as Python; other lines are blank."""
    return "\n".join(_make_line(line) for line in source.splitlines())


def _make_line(line: str) -> str:
    if (found := _ASSIGNMENT.match(line)) is None or (rest := _COMMENTED.match(found[2])) is None:
        return ""
    comment = f"  # {rest[2]}" if rest[2] else ""
    return f"{found[1]} = {_make_value(rest[1].strip().rstrip(';').strip())}{comment}"


def _make_value(text: str) -> str:
    """Return a literal as Python; anything else as a call, which is no literal."""
    if text in _WORDS:
        return repr(_WORDS[text])
    vector = _VECTOR.fullmatch(text)
    plain = f"[{vector[1]}]" if vector else re.sub(r"\b(\d+)L\b", r"\1", text)
    try:
        return repr(ast.literal_eval(plain))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return f"eval({text!r})"
