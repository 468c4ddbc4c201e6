"""What a step wrote, as a report shows it: tables, pictures, texts, or why it is not there."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from markupsafe import Markup

from nbflow.base.text import say_bytes
from nbflow.model import Output
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.problems import say_problem
from nbflow.present.report.tables import draw_table
from nbflow.reports.facts import OutputPreview

_SVG = "image/svg+xml"


def draw_outputs(outputs: Iterable[OutputPreview], step: str, run: str = "") -> Markup:
    """Return all that a step wrote; `run` is what `nbflow sql --run` takes."""
    return join(*(_draw_output(one, f"{step}.{one.output.name}", run) for one in outputs))


def _draw_output(preview: OutputPreview, ref: str, run: str) -> Markup:
    if preview.table is not None:
        return draw_table(preview.table, run)
    if preview.problem is not None:
        why = tag("p", say_problem(preview.problem), class_="nb-note")
        return tag("section", _draw_title(preview.output, ref), why, class_="nb-written")
    content = (_draw_picture(preview, ref), _draw_text(preview, ref))
    return tag("section", _draw_title(preview.output, ref), *content, class_="nb-written")


def _draw_title(output: Output, ref: str) -> Markup:
    size = say_bytes(output.bytes) if output.bytes else ""
    said = ", ".join(part for part in (output.kind, size, _say_note(output)) if part)
    return tag("p", tag("b", ref), " ", dim(said))


def _say_note(output: Output) -> str:
    """Return what is known of an output; of a JSON value, `dict` says no more than its text."""
    return "" if output.kind == "json" else output.note


def _draw_picture(preview: OutputPreview, ref: str) -> Markup | None:
    for kind, content in preview.picture.items():
        data = base64.b64encode(content.encode()).decode() if kind == _SVG else content
        source = f"data:{kind};base64,{data}"
        alt = f"{ref}, as its step drew it"
        return tag("p", tag("img", src=source, alt=alt, class_="nb-picture", loading="lazy"))
    return None


def _draw_text(preview: OutputPreview, ref: str) -> Markup | None:
    if not preview.text:
        return None
    label = f"Value of {ref}"
    return tag("pre", preview.text, tabindex="0", role="region", aria_label=label)
