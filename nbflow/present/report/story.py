"""What the pipeline says: its large numbers, and its author's words beside the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup
from msgspec.structs import replace

from nbflow.model import Frozen
from nbflow.present.html.markup import join, tag
from nbflow.present.report.cells import FrameScripts, draw_cell
from nbflow.present.report.cells.pictures import PICTURES
from nbflow.present.report.frame import Entry
from nbflow.reports.facts import KeyNumber, Report, ReportCell, Story
from nbflow.reports.headings import find_heading

_LEVEL = 3  # of the story's largest heading
_PROSE = {"text/markdown", "text/plain", "text/latex"}
_DEEPEST = 2  # headings that begin a part of their own


class Part(Frozen, frozen=True):
    """Cells from one heading to the next."""

    cells: tuple[ReportCell, ...]
    id: str
    title: str = ""

    @property
    def pictures(self) -> int:
        return sum(map(_is_picture, self.cells))

    @property
    def words(self) -> int:
        return sum(map(_is_words, self.cells))


def draw_numbers(numbers: Sequence[KeyNumber]) -> Markup | None:
    """Return the large numbers, each with its yardstick."""
    if not numbers:
        return None
    cards = (
        tag(
            "li",
            tag("b", one.value),
            tag("span", one.label),
            tag("small", one.against) if one.against else None,
        )
        for one in numbers
    )
    return tag("ul", *cards, class_="nb-numbers")


def draw_story(report: Report, frames: FrameScripts | None) -> Markup | None:
    """Return what the author says; None where there is nothing."""
    drawn = [_draw_parts(make_parts(one), one.step, frames) for one in report.story]
    return tag("div", *drawn, class_="nb-story") if drawn else None


def make_entries(report: Report) -> list[Entry]:
    """Return a line of the contents for each heading of the story."""
    parts = (part for story in report.story for part in make_parts(story))
    return [Entry(part.id, part.title, "heading") for part in parts if part.title]


def make_parts(story: Story) -> list[Part]:
    """Return the cells of a story in parts, each from one heading to the next."""
    parts: list[list[ReportCell]] = [[]]
    for cell in story.cells:
        found = find_heading(cell.source) if cell.kind == "markdown" else None
        if found and found.first == 0 and found.level <= _DEEPEST and parts[-1]:
            parts.append([])
        parts[-1].append(cell)
    return [_make_part(story.step, cells) for cells in parts if cells]


def _make_part(step: str, cells: Sequence[ReportCell]) -> Part:
    found = find_heading(cells[0].source) if cells[0].kind == "markdown" else None
    return Part(tuple(cells), f"nb-{step}-{cells[0].number}", found.text if found else "")


def _draw_parts(parts: Sequence[Part], step: str, frames: FrameScripts | None) -> Markup:
    """Return the parts one below the other; the first words stand beside the first figure."""
    if len(parts) > 1 and not parts[0].pictures and parts[0].words == len(parts[0].cells):
        first, second, *others = parts
        if second.pictures:
            lead = tag(
                "div",
                _draw_part(first, step, frames),
                _draw_part(second, step, frames),
                class_="nb-side nb-lead",
            )
            return join(lead, *(_draw_beside(one, step, frames) for one in others))
    return join(*(_draw_beside(one, step, frames) for one in parts))


def _draw_part(part: Part, step: str, frames: FrameScripts | None) -> Markup:
    return tag("section", *_draw_cells(part.cells, step, frames), id=part.id)


def _draw_beside(part: Part, step: str, frames: FrameScripts | None) -> Markup:
    """Return a part; where it has one figure and words, these stand beside each other."""
    if part.pictures != 1 or len(part.cells) - part.words != 1:
        return _draw_part(part, step, frames)
    heading, *cells = _split_heading(part.cells)
    words = [one for one in cells if not _is_picture(one)]
    if not words:
        return _draw_part(part, step, frames)
    figure = [one for one in cells if _is_picture(one)]
    return tag(
        "section",
        *_draw_cells([heading], step, frames),
        tag(
            "div",
            tag("div", *_draw_cells(words, step, frames)),
            tag("div", *_draw_cells(figure, step, frames)),
            class_="nb-side",
        ),
        id=part.id,
    )


def _draw_cells(
    cells: Sequence[ReportCell], step: str, frames: FrameScripts | None
) -> Iterator[Markup]:
    for cell in cells:
        yield draw_cell(cell, step=step, level=_LEVEL, scripts=frames)


def _split_heading(cells: Sequence[ReportCell]) -> list[ReportCell]:
    """Return the heading as a cell of its own, and the others; it may be empty."""
    first, *others = cells
    found = find_heading(first.source) if first.kind == "markdown" else None
    if not found or found.first:
        return [replace(first, kind="markdown", source="", outputs=()), *cells]
    lines = first.source.split("\n")
    heading, rest = lines[: found.end], "\n".join(lines[found.end :])
    more = [replace(first, source=rest)] if rest.strip() else []
    return [replace(first, source="\n".join(heading)), *more, *others]


def _is_picture(cell: ReportCell) -> bool:
    """Say whether a cell gives out pictures, and nothing else that is read."""
    shown = [one.get("data", ()) for one in cell.outputs]
    return bool(shown) and all(not set(PICTURES).isdisjoint(one) for one in shown)


def _is_words(cell: ReportCell) -> bool:
    if cell.kind == "code":
        return all({*one.get("data", ("?",))} <= _PROSE for one in cell.outputs)
    return cell.kind == "markdown"
