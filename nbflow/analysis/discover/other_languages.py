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
_VECTOR = re.compile(r"(?:list|List|Seq)\s*\((.*)\)")
_NOT_INJECTED = re.compile(r"(?:c|Array)\s*\((.*)\)")  # papermill would make a list of it
_FLOATING = frozenset({"javascript", "lua", "matlab", "octave", "perl", "r", "typescript"})
_WHOLE = re.compile(r"[+-]?\d+")  # 3 is a double there, and takes 2.5; R's 3L is none


def to_python(source: str, language: str = "") -> str:
    """Return the assignments at the starts of lines as Python; other lines are blank.

    So are those of literal vectors, which papermill cannot inject: they are code alone. Where the
    language has no whole numbers, one is annotated as a float; a shell's variables take any.
    """
    return "\n".join(_make_line(line, language.lower()) for line in source.splitlines())


def _make_line(line: str, language: str) -> str:
    if (found := _ASSIGNMENT.match(line)) is None or (rest := _COMMENTED.match(found[2])) is None:
        return ""
    comment = f"  # {rest[2]}" if rest[2] else ""
    text = rest[1].strip().rstrip(";").strip()
    vector = _NOT_INJECTED.fullmatch(text)
    if vector is not None and _make_value(f"list({vector[1]})") != _make_call(f"list({vector[1]})"):
        return ""
    kind = _find_kind(text, language)
    return f"{found[1]}{kind} = {_make_value(text)}{comment}"


def _find_kind(text: str, language: str) -> str:
    """Return the annotation of a whole number where its language has none."""
    if not _WHOLE.fullmatch(text):
        return ""
    if language in {"bash", "sh", "zsh"}:
        return ": Any"
    return ": float" if language in _FLOATING else ""


def _make_value(text: str) -> str:
    """Return a literal as Python; anything else as a call, which is no literal."""
    if text in _WORDS:
        return repr(_WORDS[text])
    vector = _VECTOR.fullmatch(text)
    plain = f"[{vector[1]}]" if vector else re.sub(r"\b(\d+)L\b", r"\1", text)
    try:
        return repr(ast.literal_eval(plain))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return _make_call(text)


def _make_call(text: str) -> str:
    return f"eval({text!r})"
