"""Frames around the HTML of others: it reaches neither the page, nor the network, nor a form."""

from __future__ import annotations

import re
from typing import Literal

import nh3
from markupsafe import Markup

from nbflow.present.html.markup import tag
from nbflow.present.report.cells.css_cleaning import clean_css, clean_style_elements
from nbflow.present.report.cells.html_cleaning import TEXT

Right = Literal["allow-same-origin", "allow-scripts"]  # never both: scripts could reach the page
# A frame has a white page in the dark too: what others coloured was made for paper.
_STYLE = """<!doctype html><meta charset="utf-8"><style>
:root{color-scheme:light}
body{margin:0;padding:2px;background:#fff;color:#1a1d21;font:14px/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:13px}td,th{padding:3px 8px}img,svg,video{max-width:100%}
</style>"""
_DRAWINGS = {
    "circle", "clippath", "defs", "desc", "ellipse", "g", "line", "lineargradient", "marker",
    "mask", "path", "pattern", "polygon", "polyline", "radialgradient", "rect", "stop", "svg",
    "symbol", "text", "textpath", "title", "tspan", "use",
}  # fmt: skip
_TAGS = (
    TEXT
    | _DRAWINGS
    | {
        "article", "aside", "audio", "button", "fieldset", "font", "footer", "header", "input",
        "label", "legend", "main", "meter", "nav", "option", "output", "progress", "section",
        "select", "source", "style", "track", "video",
    }
)  # fmt: skip
_ATTRIBUTES = {
    "*": {
        "align", "alt", "aria-hidden", "aria-label", "bgcolor", "border", "cellpadding",
        "cellspacing", "checked", "class", "color", "colspan", "controls", "cx", "cy", "d", "dir",
        "disabled", "dx", "dy", "fill", "fill-opacity", "font-family", "font-size", "font-weight",
        "for", "gradienttransform", "gradientunits", "height", "high", "hidden", "id", "label",
        "lang", "loop", "low", "max", "min", "offset", "open", "opacity", "optimum",
        "patterntransform", "patternunits", "points", "preserveaspectratio", "r", "role", "rowspan",
        "rx", "ry", "scope", "selected", "span", "stop-color", "stop-opacity", "stroke",
        "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-opacity", "stroke-width",
        "style", "tabindex", "text-anchor", "title", "transform", "type", "valign", "value",
        "viewbox", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
    },
    "a": {"href"},
    "audio": {"src"},
    "img": {"src"},
    "source": {"src"},
    "use": {"href"},
    "video": {"src", "poster"},
}  # fmt: skip
_MEDIA = re.compile(r"data:(?:image|audio|video)/", re.IGNORECASE)
_ROW = re.compile(r"<(?:tr|p|br|li|h[1-6]|hr)\b", re.IGNORECASE)
_HEIGHT = re.compile(r"<(?:svg|img|video)\b[^>]*\bheight=[\"']?(\d+(?:\.\d+)?)", re.IGNORECASE)
_BREAK = re.compile(r"\n\s*")


def draw_still_frame(html: str, label: str) -> Markup:
    """Return a frame with the HTML, its style and its drawings, in which no script runs.

    The page's script gives it the height of what is in it, for which the frame must be of the
    page's origin; until then, and without a script, its height is guessed.
    """
    clean = clean_styled(html)
    return draw_frame(clean, label, guess_height(clean), right="allow-same-origin")


def draw_frame(content: str, label: str, height: int, *, right: Right, kind: str = "") -> Markup:
    """Return a frame around HTML; `height` is in pixels, `right` the one thing it may do."""
    return tag(
        "iframe",
        srcdoc=_STYLE + content,
        sandbox=right,
        title=label,
        loading="lazy",
        class_=f"nb-frame {kind}".strip(),
        style=f"height:{height}px",
    )


def clean_styled(html: str) -> str:
    """Return HTML with its style, without what could act: scripts, handlers, forms, frames."""
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "template", "noscript", "object", "iframe"},
        attributes=_ATTRIBUTES,
        attribute_filter=_choose,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel=None,
    )
    return clean_style_elements(clean)


def _choose(_: str, name: str, value: str) -> str | None:
    if name in {"src", "poster"}:
        return value if _MEDIA.match(value) else None
    if name in {"style", "fill", "stroke"}:
        return clean_css(value)
    if name == "href":
        return value if value.startswith("#") else None
    return value


def guess_height(html: str) -> int:
    """Return about how high some HTML is, in pixels."""
    drawn = sum(float(height) for height in _HEIGHT.findall(html))
    return round(min(600, max(60, 24 * len(_ROW.findall(html)) + drawn + 24)))
