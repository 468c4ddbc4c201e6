"""The tokens of Python that count for the key: without comments, blank lines and spaces."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DROPPED = frozenset({tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.NL})
_LAYOUT = {tokenize.NEWLINE: "\n", tokenize.INDENT: "\t", tokenize.DEDENT: "\b"}


def read_tokens(source: str) -> list[str] | None:
    """Return the tokens that count; None where the text has none, since it is not Python."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    if any(token.type == tokenize.ERRORTOKEN for token in tokens):
        return None
    merged = _merge_strings(tokens, source.splitlines(keepends=True))
    return [_LAYOUT.get(kind, text) for kind, text in merged if kind not in _DROPPED]


def _merge_strings(
    tokens: Iterable[tokenize.TokenInfo], lines: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield kinds and texts, an f-string as one: Python 3.12 and later takes it apart."""
    depth = 0
    start = (0, 0)
    for token in tokens:
        name = tokenize.tok_name[token.type]
        if name in {"FSTRING_START", "TSTRING_START"}:
            start = token.start if depth == 0 else start
            depth += 1
        elif name in {"FSTRING_END", "TSTRING_END"}:
            depth -= 1
            if depth == 0:
                yield tokenize.STRING, _cut(lines, start, token.end)
        elif depth == 0:
            yield token.type, token.string


def _cut(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    middle = lines[first : last - 1]
    return "".join([lines[first - 1][left:], *middle, lines[last - 1][:right]])
