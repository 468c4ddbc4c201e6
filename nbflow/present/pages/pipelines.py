"""What a folder holds: steps with their contracts, skipped notebooks, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nbflow.base.text import say_count
from nbflow.model import Next, Place, Problem, Scan, Skipped, Step
from nbflow.present import document as doc
from nbflow.present.nodes import make_graph, make_nodes, mark_problems
from nbflow.present.places import say_path, say_place
from nbflow.present.problems import say_hint, say_skipped, say_what
from nbflow.present.states import say_problems
from nbflow.present.values import say_options, say_parameter

_LEFT_OUT = (doc.Column("notebook"), doc.Column("why"))


def make_pipeline_page(name: str, scan: Scan, root: Path) -> doc.Document:
    """Return a pipeline: its graph, each step with its contract, what was skipped, problems."""
    steps = tuple(make_step(one, root) for one in scan.steps.values())
    graph = make_graph(*mark_problems(*make_nodes(scan.steps), scan))
    title = (doc.Span(name, "strong"), f": {say_count(len(steps), 'step')}")
    return doc.make_document(
        doc.make_line(*title, kind="headline"),
        graph,
        *([doc.Section(doc.make_line("steps"), steps, folded=True)] if graph else steps),
        make_skipped(scan.skipped, root),
        *make_problems(scan.problems, root),
    )


def make_steps_page(scan: Scan, root: Path, after: Iterable[Next] = ()) -> doc.Document:
    """Return each step with its contract, what was skipped or rejected, and how many there are."""
    return doc.make_document(
        *(make_step(one, root) for one in scan.steps.values()),
        make_skipped(scan.skipped, root),
        _make_rejected(scan, root),
        make_count(scan),
        doc.make_commands(after),
    )


def make_step(step: Step, root: Path | None = None) -> doc.Section:
    """Return a step's contract: where it is, what it takes, reads and writes."""
    path = (root or Path()) / step.path
    named = (step.name, "  ", doc.Link(path, say_path(path)), _say_help(step.options.description))
    return doc.Section(doc.make_line(*named, kind="heading"), (make_contract(step),))


def make_contract(step: Step) -> doc.Facts:
    """Return what a step takes and what it gives."""
    return doc.Facts(tuple(_find_contract(step)))


def make_check_page(scan: Scan, root: Path | None = None) -> doc.Document:
    """Return all problems and their number."""
    return (*make_problems(scan.problems, root), make_count(scan))


def make_told_page(text: str, path: str = "", after: Iterable[Next] = ()) -> doc.Document:
    """Return what was done in a line, with a link to the file that was made."""
    return doc.make_document(
        doc.make_line(text) if text != path else None,
        doc.make_line(doc.Link(Path(path), say_path(path))) if path else None,
        doc.make_commands(after),
    )


def make_problems(problems: Iterable[Problem], root: Path | None = None) -> list[doc.Section]:
    """Return what is wrong, where, and what to do: errors first, then by place.

    With the project's root, paths are as one types them from the current folder.
    """
    return [_make_problem(one, root) for one in sorted(problems, key=_rank)]


def make_skipped(skipped: Iterable[Skipped], root: Path) -> doc.Section | None:
    """Return the notebooks that hold no step, and why."""
    return _make_left_out("skipped", {one.path: say_skipped(one, root) for one in skipped}, root)


def _make_rejected(scan: Scan, root: Path) -> doc.Section | None:
    """Return the notebooks that are no steps because something is wrong with them, and what."""
    return _make_left_out("rejected", dict(sorted(find_rejected(scan).items())), root)


def _make_left_out(how: str, found: Mapping[str, str], root: Path) -> doc.Section | None:
    rows = tuple((doc.Link(root / path, say_path(root / path)), why) for path, why in found.items())
    title = doc.make_line(f"{say_count(len(rows), 'notebook')} {how}", kind="heading")
    return doc.Section(title, (doc.Table(_LEFT_OUT, rows),), folded=True) if rows else None


def make_count(scan: Scan) -> doc.Line:
    """Return `1 error, 2 warnings in 3 steps and 1 rejected notebook`."""
    steps = say_count(len(scan.steps), "step")
    if rejected := find_rejected(scan):
        count = say_count(len(rejected), "rejected notebook")
        steps = f"{steps} and {count}" if scan.steps else count
    severities = [problem.severity for problem in scan.problems]
    if not severities:
        return doc.make_line(doc.Span(f"{steps}, no problems", "good" if scan.steps else ""))
    look: doc.Look = "failed" if "error" in severities else "warning"
    return doc.make_line(doc.Span(say_problems(severities), look), f" in {steps}")


def find_rejected(scan: Scan) -> dict[str, str]:
    """Return the notebooks that are no steps because something is wrong with them, and what."""
    known = {step.path for step in scan.steps.values()} | {one.path for one in scan.skipped}
    placed = [one for one in scan.problems if one.place and one.place.notebook not in known]
    return {one.place.notebook: say_what(one) for one in reversed(placed) if one.place}


def _rank(problem: Problem) -> tuple[str, str, int, int]:
    place = problem.place or Place("")
    return problem.severity, place.notebook, place.cell or 0, place.line or 0


def _make_problem(problem: Problem, root: Path | None) -> doc.Section:
    what, hint, place = say_what(problem), say_hint(problem, root), problem.place
    path = (root or Path()) / place.notebook if place else Path()
    where: doc.Inline = doc.Span(what, "strong")
    if place:
        where = doc.Link(path, say_place(place, root), place.cell)
    return doc.Section(
        doc.make_line(doc.StateMark(problem.severity), "  ", where),
        doc.make_document(
            doc.make_line(what) if place else None,
            doc.make_line(hint, kind="hint") if hint else None,
        ),
    )


def _find_contract(step: Step) -> Iterator[tuple[str, tuple[doc.Line, ...]]]:
    if step.parameters:
        helped = ((doc.Span(say_parameter(one), "code"), one.help) for one in step.parameters)
        yield "parameters", tuple(doc.make_line(said, _say_help(text)) for said, text in helped)
    listed = {
        "reads": [read.ref for read in step.inputs],
        "files": [watched.pattern for watched in step.files],
        "writes": [write.name for write in step.writes],
        "options": say_options(step.options),
    }
    for name, items in listed.items():
        if items:
            yield name, (doc.make_line(doc.Span(", ".join(items), "code")),)


def _say_help(text: str) -> doc.Span | None:
    return doc.Span(f"  {text}", "dim") if text else None
