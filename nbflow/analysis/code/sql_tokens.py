"""The tokens of SQL that count for the key: without comments, blank lines and spaces."""

from __future__ import annotations

import re

_OPEN_COMMENT = re.compile(r"/\*|\*/")
_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<dollar>\$(?:[^\W\d]\w*)?\$)
    | (?P<text>[eE]'(?:[^'\\]|\\.|'')*' | (?:[^\W\d][\w$]*)?'(?:[^']|'')*' | "(?:[^"]|"")*")
    | [^\W\d][\w$]* | \$\w+
    | \d[\w.]*(?:(?<=[eE])[+-]\d+)? | \.\d\w*
    | (?:(?!--|/\*)[-+*/<>=~!@\#%^&|`?:])+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


def read_tokens(query: str) -> list[str] | None:
    """Return the tokens of a query; None where a text or comment does not end.

    A line end between two texts is kept: SQL joins texts only across one.
    """
    tokens: list[str] = []
    at, line_ended, was_text = 0, False, False
    while (found := _TOKEN.match(query, at)) is not None:
        kind, at = found.lastgroup, found.end()
        if kind in {"space", "comment", "block"}:
            at = _find_comment_end(query, at) if kind == "block" else at
            if at < 0:
                return None
            line_ended |= "\n" in query[found.start() : at]
            continue
        if kind == "dollar":
            at = query.find(found[0], at)
            at = len(query) + 1 if at < 0 else at + len(found[0])
        token = query[found.start() : at]
        if at > len(query) or token in {"'", '"'}:
            return None
        if was_text and kind == "text" and line_ended:
            tokens.append("\n")
        tokens.append(token)
        line_ended, was_text = False, kind == "text"
    return tokens


def _find_comment_end(query: str, at: int) -> int:
    """Return where a comment in `/* */` ends, with those within it; -1 where it does not."""
    depth = 1
    while depth:
        mark = _OPEN_COMMENT.search(query, at)
        if mark is None:
            return -1
        depth += 1 if mark[0] == "/*" else -1
        at = mark.end()
    return at
