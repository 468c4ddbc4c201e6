"""HTML with links that the front end resolves like those of an output."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
from markupsafe import Markup

from nbflow.panel.widget_factory import build, hide
from nbflow.present.html.style import frame


class LinkedHtml:
    """An `Output` widget: no other widget has its links resolved."""

    def __init__(self) -> None:
        self.box = build(w.Output, css="nbflow-linked")
        self.shown = Markup()
        self.show(self.shown)

    def show(self, html: Markup) -> None:
        hide(self.box, unless=html)
        if html == self.shown:
            return
        self.shown = html
        self.box.outputs = (_make_output(html),) if html else ()


def _make_output(html: Markup) -> dict[str, Any]:
    data = {"text/html": frame(html), "text/plain": "nbflow"}
    return {"output_type": "display_data", "data": data, "metadata": {}}
