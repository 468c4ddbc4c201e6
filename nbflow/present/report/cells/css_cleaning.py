"""CSS of others, less the addresses in it: a frame's style asks for nothing."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|([g-zG-Z@(:/]))")
_ADDRESS = re.compile(
    r"""(?P<kept>data:[^\s"')]*)
    |@import\b[^;}]*;?
    |\burl\(\s*(?!["']?\s*(?:data:|\#))[^)]*\)
    |(?:[a-z][a-z+.-]*:)?//[^\s"'();]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ASCII = 128
_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.DOTALL | re.IGNORECASE)


def clean_css(css: str) -> str:
    """Return CSS without imports and addresses; data and `#names` stay."""
    return _ADDRESS.sub(lambda found: found["kept"] or "", _ESCAPE.sub(_read_escape, css))


def clean_style_elements(html: str) -> str:
    """Return HTML whose style elements have clean CSS."""
    return _STYLE.sub(lambda found: found[1] + clean_css(found[2]) + found[3], html)


def _read_escape(found: re.Match[str]) -> str:
    """Return the character of an escape that could hide an address, else the escape."""
    if found[2]:
        return found[2]
    code = int(found[1], 16)
    hides = code < _ASCII and (chr(code).isalpha() or chr(code) in "@(:/")
    return chr(code) if hides else found[0]
