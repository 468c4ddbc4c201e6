"""Interactive charts: live where scripts are let run, else in words if they brought no picture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from nbflow.present.html.markup import tag
from nbflow.present.report.cells.foreign_html import is_seen_without_scripts
from nbflow.present.report.cells.live_frames import FrameScripts, draw_live_chart, draw_live_html

_PLOTLY = "application/vnd.plotly.v1+json"
_VEGA = re.compile(r"application/vnd\.vega(?:lite)?\.v\d+(?:\.\d+)*\+json")
_MAKERS = {"Plotly": "plotly", "Vega-Altair": "vega", "Bokeh": "bokeh", "Leaflet": "leaflet"}


def draw_chart(data: Mapping[str, Any], label: str, scripts: FrameScripts | None) -> Markup | None:
    """Return an output as a live chart; None where it is none, or where no script may run."""
    if scripts is None:
        return None
    figure = data.get(_PLOTLY)
    if isinstance(figure, dict):
        return draw_live_chart(figure, _find_title(figure) or label, scripts)
    html = data.get("text/html")
    if isinstance(html, str) and _runs_alone(html):
        return draw_live_html(html, label, scripts)
    return None


def say_chart(data: Mapping[str, Any]) -> Markup | None:
    """Return in words what chart an output is; None where it is none."""
    figure = data.get(_PLOTLY)
    if isinstance(figure, dict):
        return _say("Plotly", _find_title(figure), _say_traces(figure.get("data")))
    vega = next((value for kind, value in data.items() if _VEGA.fullmatch(kind)), None)
    if isinstance(vega, dict):
        title = vega.get("title")
        return _say("Vega-Altair", title if isinstance(title, str) else "", "")
    html = data.get("text/html")
    if isinstance(html, str) and _runs_alone(html):
        low = html.lower()
        maker = next((maker for maker, word in _MAKERS.items() if word in low), "")
        tells = str(data.get("text/plain", "<")).strip()[:1] != "<"  # not only its type and address
        return None if tells and not maker else _say(maker, "", "")
    return None


def _say(maker: str, title: str, content: str) -> Markup:
    what = f"Interactive chart of {maker}" if maker else "Interactive output"
    facts = ", ".join(filter(None, (title, content)))
    return tag(
        "p",
        f"{what}{': ' if facts else ''}{facts}. It is drawn by a script, which does not run here. ",
        "With ",
        tag("code", "--scripts"),
        " a report shows it, if its library is installed; or show it as a picture.",
        class_="nb-note",
    )


def _runs_alone(html: str) -> bool:
    """Say whether HTML has nothing to show but what its own scripts draw."""
    return "<script" in html.lower() and not is_seen_without_scripts(html)


def _find_title(figure: Mapping[str, Any]) -> str:
    layout = figure.get("layout")
    title = layout.get("title") if isinstance(layout, dict) else None
    text = title.get("text") if isinstance(title, dict) else title
    return re.sub(r"<[^>]*>", " ", text).strip() if isinstance(text, str) else ""


def _say_traces(traces: Any) -> str:
    if not isinstance(traces, list) or not traces:
        return ""
    kinds = sorted({str(one.get("type", "scatter")) for one in traces if isinstance(one, dict)})
    return f"{len(traces)} series ({', '.join(kinds)})"
