"""Outputs of a cell: of the forms that an output has, the one that says most and cannot act."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from nbflow.base.text import say_count
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.report.cells.alternative_text import make_alternative
from nbflow.present.report.cells.ansi import draw_ansi
from nbflow.present.report.cells.charts import draw_chart, say_chart
from nbflow.present.report.cells.foreign_html import draw_html
from nbflow.present.report.cells.live_frames import FrameScripts
from nbflow.present.report.cells.markdown import draw_markdown
from nbflow.present.report.cells.maths import draw_latex
from nbflow.present.report.cells.pictures import PICTURES, draw_picture
from nbflow.present.report.cells.raised_errors import draw_error
from nbflow.present.report.cells.source import draw_source
from nbflow.present.report.cells.widgets import VIEW, draw_widget
from nbflow.reports.facts import ReportCell

# What plotting calls return, as `[<matplotlib.lines.Line2D at 0x7f1c>]`: nobody wants to read it.
_HANDLE = re.compile(
    r"\s*(?:<[\w.]+(?: [^>]*)?>|\[<matplotlib\..*|Text\(.*\)|<Axes.*>)\s*", re.DOTALL
)
_FOLDED = 40  # lines of printed text that are seen without a click
_SCRIPTS = {"application/javascript", "text/javascript"}
_LEAST_FOLDED = 10  # lines that are worth a click


@dataclass(frozen=True, slots=True)
class Place:
    """Where an output stands, and what is wanted there."""

    step: str
    number: int  # of the cell
    level: int = 3  # of the largest heading
    scripts: FrameScripts | None = None
    cell: ReportCell | None = None

    def say(self) -> str:
        return f"cell {self.number} of {self.step}" if self.step else f"cell {self.number}"


def draw_outputs(outputs: Iterable[Mapping[str, Any]], place: Place) -> Markup:
    """Return the outputs of a cell, in nbformat's form, one below the other."""
    joined = list(_join_streams(outputs))
    if any(_has_picture(output) for output in joined):
        joined = [output for output in joined if not _is_handle(output)]
    return join(*(draw_output(output, place) for output in joined))


def draw_output(output: Mapping[str, Any], place: Place) -> Markup | None:
    """Return one output; None where nothing of it can be shown."""
    match output.get("output_type"):
        case "stream":
            return _draw_printed(str(output.get("text", "")), str(output.get("name", "")), place)
        case "error":
            return draw_error(output, place.number)
        case "display_data" | "execute_result":
            data = output.get("data")
            return _draw_data(data, output, place) if isinstance(data, dict) else None
    return None


def _draw_data(data: Mapping[str, Any], output: Mapping[str, Any], place: Place) -> Markup | None:
    live = draw_chart(data, f"Chart of {place.say()}", place.scripts)
    if live is not None:
        return live
    for kind, draw in _DRAWN.items():
        if kind in data:
            metadata = output.get("metadata")
            drawn = draw(data[kind], metadata if isinstance(metadata, dict) else {}, place)
            if drawn is not None:
                return drawn
    if (said := say_chart(data)) is not None:
        return said
    if not _SCRIPTS.isdisjoint(data):
        return tag("p", "A script of this cell did not run here.", class_="nb-note")
    if "text/plain" in data:
        return _draw_printed(str(data["text/plain"]), "", place)
    return _say_unknown(data)


def _draw_latex(value: Any, _: Mapping[str, Any], __: Place) -> Markup:
    return draw_latex(str(value))


def _draw_markdown(value: Any, _: Mapping[str, Any], place: Place) -> Markup:
    return draw_markdown(str(value), level=place.level)


def _draw_html(value: Any, _: Mapping[str, Any], place: Place) -> Markup | None:
    return draw_html(str(value), f"Output of {place.say()}", place.level)


def _draw_view(value: Any, _: Mapping[str, Any], place: Place) -> Markup | None:
    """Return a widget in the state that the notebook keeps of it."""
    if place.cell is None or not isinstance(value, dict):
        return None
    models = place.cell.widgets

    def draw(outputs: list[Any]) -> Markup:
        return draw_outputs((one for one in outputs if isinstance(one, dict)), place)

    return draw_widget(str(value.get("model_id")), models, draw)


def _draw_json(value: Any, _: Mapping[str, Any], __: Place) -> Markup:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    listing = draw_source(text, "json")
    lines = text.count("\n") + 1
    if lines <= _FOLDED:
        return listing
    title = tag("summary", "JSON ", dim(say_count(lines, "line")))
    return tag("details", title, listing, class_="nb-fold")


def _make_picture_drawer(kind: str) -> Callable[[Any, Mapping[str, Any], Place], Markup | None]:
    def draw(value: Any, metadata: Mapping[str, Any], place: Place) -> Markup | None:
        source = "" if place.cell is None else place.cell.source
        size = metadata.get(kind)
        alt = str(metadata.get("alt") or "") or make_alternative(source, place.say())
        return draw_picture(kind, str(value), alt, size if isinstance(size, dict) else {})

    return draw


# What says most comes first.
_DRAWN: dict[str, Callable[[Any, Mapping[str, Any], Place], Markup | None]] = {
    "text/latex": _draw_latex,
    **{kind: _make_picture_drawer(kind) for kind in PICTURES},
    "text/html": _draw_html,
    VIEW: _draw_view,
    "text/markdown": _draw_markdown,
    "application/json": _draw_json,
}


def _draw_printed(text: str, name: str, place: Place) -> Markup | None:
    """Return printed text, or the text form of a value."""
    text = text.rstrip()
    if not text.strip("\n"):
        return None
    label = f"{'Printed by' if name else 'Output of'} {place.say()}"
    kind = f"nb-text{' nb-stderr' if name == 'stderr' else ''}"
    lines = text.split("\n")
    if len(lines) <= _FOLDED + _LEAST_FOLDED:
        return _draw_listing(text, label, kind)
    rest = lines[_FOLDED:]
    title = tag("summary", f"{len(rest):,} more lines")
    more = tag("details", title, _draw_listing("\n".join(rest), label, kind), class_="nb-fold")
    return join(_draw_listing("\n".join(lines[:_FOLDED]), label, kind), more)


def _draw_listing(text: str, label: str, kind: str) -> Markup:
    return tag("pre", draw_ansi(text), class_=kind, tabindex="0", role="group", aria_label=label)


def _say_unknown(data: Mapping[str, Any]) -> Markup | None:
    if not data:
        return None
    kinds = ", ".join(map(str, data))
    return tag("p", f"An output that cannot be shown here: {kinds}", class_="nb-note")


def _has_picture(output: Mapping[str, Any]) -> bool:
    data = output.get("data")
    return isinstance(data, dict) and not data.keys().isdisjoint(PICTURES)


def _is_handle(output: Mapping[str, Any]) -> bool:
    data = output.get("data")
    if not isinstance(data, dict) or data.keys() != {"text/plain"}:
        return False
    return bool(_HANDLE.fullmatch(str(data["text/plain"])))


def _join_streams(outputs: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the outputs, with what one stream printed in several pieces as one."""
    last: Mapping[str, Any] | None = None
    for output in outputs:
        if last is not None and _is_same_stream(last, output):
            last = {**last, "text": str(last.get("text", "")) + str(output.get("text", ""))}
            continue
        if last is not None:
            yield last
        last = output
    if last is not None:
        yield last


def _is_same_stream(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    streams = one.get("output_type") == other.get("output_type") == "stream"
    return streams and one.get("name") == other.get("name")
