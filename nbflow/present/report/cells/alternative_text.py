"""What a figure shows, in words, for those who do not see it: its titles in the code."""

from __future__ import annotations

import re

_LITERAL = r"""[fr]?(?P<q>["'])(?P<text>(?:(?!(?P=q)).)+)(?P=q)"""
_CALLS = {
    name: re.compile(rf"{pattern}\s*{_LITERAL}")
    for name, pattern in (
        ("title", r"(?:\b(?:set_title|suptitle|title)\(|\btitle(?:_text)?\s*=)"),
        ("x", r"(?:\b(?:set_)?xlabel\(|\bxlabel\s*=)"),
        ("y", r"(?:\b(?:set_)?ylabel\(|\bylabel\s*=)"),
    )
}


def make_alternative(source: str, place: str) -> str:
    """Return the title of a figure and the names of its axes, as the code of its cell has them."""
    found = {name: _find(pattern, source) for name, pattern in _CALLS.items()}
    axes = " against ".join(found[name][0] for name in ("y", "x") if found[name])
    title = "; ".join(found["title"])
    said = ": ".join(part for part in (title, axes) if part)
    return f"Figure: {said}" if said else f"Figure of {place}"


def _find(pattern: re.Pattern[str], source: str) -> list[str]:
    texts = (match["text"] for match in pattern.finditer(source))
    return list(dict.fromkeys(text for text in texts if text.strip()))
