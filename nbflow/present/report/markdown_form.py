"""A report as Markdown, for a wiki or the summary of a job in CI; its pictures are files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nbflow.base.text import say_bytes
from nbflow.present.remedies import spell_next
from nbflow.present.report.summary import STEP_COLUMNS, make_step_row, say_failures, say_verdict
from nbflow.reports.facts import Report, ReportCell, ReportStep, TablePreview

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|$&~])")
_TICKS = re.compile(r"`{3,}")
_PICTURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_HIDDEN = {"hide-input", "remove-input", "hide_input", "remove_input"}
_ROWS = 8  # of a table that are shown


def make_markdown(report: Report, folder: str) -> tuple[str, dict[str, bytes]]:
    """Return the text, and the pictures it shows, by names that begin with `folder`."""
    writer = _Writer(folder)
    blocks = [
        make_head(report),
        *(part for one in report.story for part in writer.make_cells(one.step, one.cells)),
        make_steps(report),
        *(part for step in report.steps for part in _make_step(step, writer)),
        make_environment(report),
    ]
    return _join(blocks) + "\n", writer.pictures


def make_head(report: Report) -> str:
    """Return title, verdict, what failed, and the large numbers."""
    title, verdict = f"# {_escape(report.title)}", _escape(say_verdict(report))
    return _join([title, verdict, *_make_failures(report), *_make_numbers(report)])


def make_steps(report: Report) -> str:
    """Return a table of the steps."""
    return _join(["## Steps", _make_table(STEP_COLUMNS, map(make_step_row, report.steps))])


def make_environment(report: Report) -> str:
    """Return a table of what all steps share, "" where nothing is known."""
    if not report.environment:
        return ""
    return _join(["## Environment", _make_table(("what", "version"), report.environment.items())])


def is_code_hidden(cell: ReportCell) -> bool:
    """Tell whether a cell shows only what it gave out."""
    return not cell.failed and not _HIDDEN.isdisjoint(cell.tags)


class _Writer:
    """Writes cells, and keeps the pictures that they show."""

    def __init__(self, folder: str) -> None:
        self.pictures: dict[str, bytes] = {}
        self._folder = folder

    def make_cells(self, step: str, cells: Iterable[ReportCell]) -> Iterator[str]:
        """Yield the blocks of cells of a step; a cell that has no text gives none."""
        for cell in cells:
            if cell.kind == "markdown":
                yield cell.source.strip()
            elif cell.kind == "code":
                yield "" if is_code_hidden(cell) else _fence(cell.source, "python")
                for place, output in enumerate(cell.outputs, 1):
                    yield self._make_output(output, f"{step}-{cell.number}-{place}")
                if cell.cut:
                    yield f"*{say_bytes(cell.cut)} of output are left out here.*"

    def _make_output(self, output: dict[str, Any], name: str) -> str:
        if output.get("output_type") == "stream":
            return _fence(str(output.get("text", "")))
        if output.get("output_type") == "error":
            return _fence(f"{output.get('ename', '')}: {output.get('evalue', '')}")
        data = output.get("data", {})
        for kind, suffix in _PICTURES.items():
            if kind in data and (picture := _decode(data[kind])) is not None:
                return self._keep(f"{name}.{suffix}", picture, _make_caption(data))
        if "text/markdown" in data:
            return str(data["text/markdown"]).strip()
        return _fence(str(data.get("text/plain", "")))

    def _keep(self, name: str, picture: bytes, caption: str) -> str:
        safe = re.sub(r"[^\w.-]", "_", name)
        self.pictures[f"{self._folder}/{safe}"] = picture
        return f"![{_escape(caption)}](<{self._folder}/{safe}>)"


def _make_failures(report: Report) -> Iterator[str]:
    for where, message in say_failures(report):
        yield f"**{_escape(where)}**"
        yield _fence(message)
    if report.run.status != "done" and report.next:
        yield _fence("\n".join(f"{command}  # {text}" for command, text in spell_next(report.next)))


def _make_numbers(report: Report) -> Iterator[str]:
    if report.story_from:
        yield f"*What is told here is of run {_escape(report.story_from)}, an earlier one.*"
    if report.numbers:
        yield _make_table(
            ("", "", "against"), ((one.value, one.label, one.against) for one in report.numbers)
        )


def _make_step(step: ReportStep, writer: _Writer) -> Iterator[str]:
    name = str(step.state.task)
    yield f"### {_escape(name)}"
    yield from writer.make_cells(name, step.cells)
    for one in step.outputs:
        if one.table is not None:
            yield from _make_preview(one.table)


def _make_preview(table: TablePreview) -> Iterator[str]:
    shown = table.head[:_ROWS]
    yield f"**{_escape(table.ref)}**: {table.rows:,} rows, the first {len(shown)} of them:"
    yield _make_table([one.name for one in table.columns], shown)


def _make_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [list(map(_make_cell, heads)), ["---"] * len(heads)]
    lines += [list(map(_make_cell, row)) for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _join(blocks: Iterable[str]) -> str:
    return "\n\n".join(filter(None, blocks))


def _make_cell(value: Any) -> str:
    return "" if value is None else " ".join(_escape(str(value)).split())


def _make_caption(data: dict[str, Any]) -> str:
    return " ".join(str(data.get("text/plain", "")).strip("<>").split())[:80]


def _escape(text: str) -> str:
    """Return a text in which nothing is Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", text)


def _fence(text: str, language: str = "") -> str:
    """Return a text as a block of code, behind a fence that it does not hold itself."""
    plain = _ESCAPE.sub("", text).strip("\n")
    if not plain:
        return ""
    longest = max(map(len, _TICKS.findall(plain)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{plain}\n{ticks}"


def _decode(text: Any) -> bytes | None:
    try:
        return base64.b64decode(str(text))
    except (binascii.Error, ValueError):
        return None
