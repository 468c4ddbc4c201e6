"""Which cells say what came out, and what is shown of them."""

from __future__ import annotations

from msgspec.structs import replace

from nbflow.reports.facts import ReportCell
from nbflow.reports.headings import find_title
from nbflow.reports.story import Source, make_story

PRINTED = {"output_type": "stream", "name": "stdout", "text": "12"}
WARNED = {"output_type": "stream", "name": "stderr", "text": "deprecated"}


def text(number: int, source: str, *tags: str) -> ReportCell:
    return ReportCell(number, "markdown", source, tags)


def code(number: int, *tags: str, outputs: tuple[dict, ...] = (PRINTED,)) -> ReportCell:
    return ReportCell(number, "code", "print(12)", tags, outputs)


def step(name: str, *cells: ReportCell, whole: bool = False) -> Source:
    return Source(name, f"{name}.ipynb", cells, whole)


def tell(*sources: Source) -> dict[str, list[int]]:
    return {one.step: [cell.number for cell in one.cells] for one in make_story(sources)}


def test_tagged_cells_in_the_order_of_the_steps():
    load = step("load", text(1, "# Load"), code(2, "report"), code(3))
    last = step("last", text(1, "# Last\n\nWords"), text(2, "Told", "report"))
    assert tell(load, last) == {"load": [2], "last": [2]}


def test_steps_that_are_the_report_are_told_whole():
    load = step("load", code(1, "report"), code(2))
    last = step("last", text(1, "# Last\n\nWords"), code(2), whole=True)
    assert tell(load, last, step("after", text(1, "Words"))) == {"load": [1], "last": [1, 2]}


def test_else_the_last_step_with_prose():
    said = step("said", text(1, "# Said\n\nWords"), code(2))
    assert tell(step("first", text(1, "Words")), said, step("bare", text(1, "# Bare"))) == {
        "said": [1, 2]
    }
    assert tell(step("bare", text(1, "# Bare\n\n## Empty"), code(2))) == {}


def test_the_title_and_code_are_left_out():
    (story,) = make_story(
        [step("a", text(1, "# Title\n\nWords"), text(2, "# More\n\nWords"), code(3))]
    )
    assert [cell.source for cell in story.cells[:2]] == ["Words", "# More\n\nWords"]
    assert story.cells[2].tags == ("remove-input",)


def test_code_is_told_where_it_is_asked_for():
    shown = code(1, "report", "show-input", "hide-input", outputs=())
    (story,) = make_story([step("a", shown, code(2, "report", outputs=()))])
    assert story.cells == (replace(shown, tags=("report", "show-input")),)


def test_warnings_and_what_authors_hide_are_left_out():
    cells = [
        code(1, outputs=(WARNED,)),
        code(2, "remove-output"),
        code(3, "remove-cell"),
        code(4, outputs=(WARNED, PRINTED)),
        text(5, "Words"),
    ]
    (story,) = make_story([step("a", *cells)])
    assert [cell.number for cell in story.cells] == [4, 5]
    assert story.cells[0] == replace(cells[3], tags=("remove-input",), outputs=(PRINTED,))


def test_a_title_is_plain_text():
    assert find_title([text(1, "Words\n\n# The *new* `model`\nof [trees](x)\n")]) == "The new model"
    assert find_title([text(1, "Trees\n=====\n")]) == "Trees"
    assert (
        find_title([text(1, "```\n# no\n```"), text(2, "## <b>Second</b> & last")])
        == "Second & last"
    )
    assert find_title([code(1)]) == ""
