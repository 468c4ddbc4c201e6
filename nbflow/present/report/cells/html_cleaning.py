"""HTML that others wrote, less what could act: only elements and attributes of lists of our own."""

from __future__ import annotations

import re
from collections.abc import Mapping

import nh3
from markupsafe import Markup, escape

TEXT = {
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup",
    "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q",
    "s", "samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul", "var", "wbr",
}  # fmt: skip
_DROPPED = {"script", "style", "title", "template", "noscript", "textarea", "svg", "math"}
_ATTRIBUTES = {
    "*": {"title", "lang", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan", "align", "style"},
    "th": {"colspan", "rowspan", "align", "scope", "style"},
}
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_HEADING = re.compile(r"(</?h)([1-6])(?=[\s>])")
_LOST = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
_ALT = re.compile(r'\salt="([^"]*)"')


def clean_text(html: str, pictures: Mapping[str, str] | None = None, level: int = 1) -> Markup:
    """Return what is text, tables, lists and pictures in some HTML, without style and script.

    `pictures` has data URIs by their addresses in it. The largest heading becomes `h<level>`.
    A link that leads nowhere outside the author's machine becomes text.
    """
    found = pictures or {}

    def choose(_: str, name: str, value: str) -> str | None:
        if name == "src":
            value = found.get(value, value)
            return value if _PICTURE.match(value) else None
        if name == "href":
            return value if _ADDRESS.match(value) else None
        return value

    clean = nh3.clean(
        html,
        tags=TEXT,
        clean_content_tags=_DROPPED,
        attributes=_ATTRIBUTES,
        attribute_filter=choose,
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto", "data", "attachment"},
    )
    clean = _LOST.sub(_say_lost, clean)
    return Markup(_move_headings(clean, level))  # noqa: S704 - cleaned


def _say_lost(picture: re.Match[str]) -> str:
    """Return words for a picture that lies elsewhere: the page asks for nothing."""
    alt = _ALT.search(picture[0])
    said = Markup(alt[1]) if alt and alt[1] else escape("without a name")  # noqa: S704 - cleaned
    return f'<span class="nb-lost">[picture: {said}]</span>'


def _move_headings(html: str, level: int) -> str:
    """Make the largest heading `h<level>`, and the others smaller by as much."""
    levels = {int(found[2]) for found in _HEADING.finditer(html)}
    if not levels:
        return html
    down = level - min(levels)
    return _HEADING.sub(lambda found: f"{found[1]}{min(6, max(1, int(found[2]) + down))}", html)
