"""What a step wrote: tables to look through, figures, values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w
from markupsafe import Markup

from nbflow.errors import NbflowError
from nbflow.model import Output
from nbflow.panel.widget_factory import build, hide
from nbflow.present.html.markup import tag

if TYPE_CHECKING:
    from nbflow.panel.output_preview import Preview


class OutputViewer:
    """A choice among the outputs of a step, and the chosen one; `box` is the widget to show.

    The parts for tables and figures are made when the first output is shown.
    """

    def __init__(self, later: Callable[[Callable[[], None]], None]) -> None:
        self._later = later
        says = {"description": "Wrote", "css": "nbflow-choice nbflow-named"}
        self._choice = build(w.Dropdown, options=[], **says)
        self._choice.observe(lambda _: self._later(self._show), "value")
        self._text = build(w.HTML)
        self._drawing: Any = None
        self._table: Any = None
        self.box = build(w.VBox, [self._choice, self._text], css="nbflow-written")
        self._found: tuple[Path, dict[str, Output]] = (Path(), {})
        self._home: Path | None = None
        hide(self.box)

    @property
    def shown(self) -> str:
        """What is shown of the chosen output, as text."""
        grid = self._table.grid if self._table is not None else {}
        return f"{self._text.value}{grid or ''}"

    def show(self, folder: Path, outputs: Mapping[str, Output], home: Path | None = None) -> None:
        """Offer these outputs; the choice stays if there is an output of that name.

        `home` is the pipeline's folder where a result holds them, None where a step still writes.
        """
        self._found = (folder, dict(outputs))
        self._home = home
        hide(self.box, unless=outputs)
        if not outputs:
            self._draw("", None)
            return
        before = self._choice.value
        self._choice.options = list(outputs)
        self._choice.value = before if before in outputs else next(iter(outputs))
        if self._choice.value == before:  # else the observer of the choice shows it
            self._later(self._show)

    def _show(self) -> None:
        found = folder, outputs = self._found
        output = outputs.get(self._choice.value or "")
        if output is None:
            self._draw("", None)
            return
        from nbflow.panel.output_preview import Preview, read_preview  # noqa: PLC0415 - loads duckdb

        try:
            preview = read_preview(folder, output, self._home)
        except NbflowError as error:
            preview = Preview(html=tag("div", str(error), class_="nbflow-wrong"))
        if self._found == found:  # else another step was chosen meanwhile
            self._draw(output.name, preview)

    def _draw(self, name: str, preview: Preview | None) -> None:
        html = preview.html if preview else Markup()
        self._text.value = tag("div", html, class_="nbflow") if html else ""
        if self._table is None and preview is None:
            return
        self._make_parts()
        self._table.show(name, preview.grid if preview else None)
        bundle = preview.bundle if preview else {}
        drawn = {"output_type": "display_data", "data": bundle, "metadata": {}}
        self._drawing.outputs = (drawn,) if bundle else ()
        hide(self._drawing, unless=bundle)

    def _make_parts(self) -> None:
        if self._table is not None:
            return
        from nbflow.panel.data_table import DataTable  # noqa: PLC0415 - as above

        self._table = build(DataTable, css="nbflow")
        self._drawing = build(w.Output, css="nbflow-linked")
        self.box.children = [self._choice, self._text, self._table, self._drawing]
