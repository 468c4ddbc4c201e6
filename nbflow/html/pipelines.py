"""What a folder holds: steps with their contracts, skipped notebooks, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from markupsafe import Markup

from nbflow.html.links import link
from nbflow.html.markup import commands, dim, join, state, table, tag
from nbflow.html.style import frame
from nbflow.model import Next, Parameter, Place, Problem, Scan, Skipped, Step
from nbflow.present.places import say_path, say_place
from nbflow.present.problems import say_hint, say_skipped, say_what
from nbflow.present.states import say_problems
from nbflow.present.values import say_options, say_parameter
from nbflow.text import say_count


def draw_pipeline(name: str, scan: Scan, root: Path, graph: Markup | None = None) -> str:
    """Return a pipeline: its graph, each step with its contract, what was skipped, problems."""
    steps = [
        join(tag("h4", _make_title(one, root)), make_contract(one)) for one in scan.steps.values()
    ]
    return frame(
        tag("div", tag("b", name), f": {say_count(len(scan.steps), 'step')}", class_="nb-head"),
        graph,
        _fold("steps", *steps) if graph else join(*steps),
        _make_skipped(scan.skipped, root),
        make_problems(scan.problems, root),
    )


def draw_step(step: Step, root: Path | None = None) -> str:
    """Return a step's contract."""
    return frame(tag("h4", _make_title(step, root)), make_contract(step))


def draw_check(scan: Scan, root: Path | None = None) -> str:
    """Return all problems and their number."""
    steps = say_count(len(scan.steps), "step")
    said = say_problems(problem.severity for problem in scan.problems)
    end = f"{said} in {steps}" if said else f"{steps}, no problems"
    return frame(make_problems(scan.problems, root), tag("div", tag("b", end)))


def draw_told(text: str, path: str = "", after: Iterable[Next] = ()) -> str:
    """Return what was done in a line, with a link to the file that was made."""
    opened = tag("div", link(Path(path), say_path(path))) if path else None
    return frame(tag("div", text) if text != path else None, opened, commands(after))


def draw_problems(problems: Iterable[Problem], root: Path | None = None, message: str = "") -> str:
    """Return what is wrong, where, and what to do; `message` says what it is about."""
    return frame(tag("div", message) if message else None, make_problems(problems, root))


def make_problems(problems: Iterable[Problem], root: Path | None = None) -> Markup:
    """Return the problems, errors first, then by place."""
    return join(*(_make_problem(one, root) for one in sorted(problems, key=_rank)))


def _rank(problem: Problem) -> tuple[str, str, int, int]:
    place = problem.place or Place("")
    return problem.severity, place.notebook, place.cell or 0, place.line or 0


def _make_problem(problem: Problem, root: Path | None) -> Markup:
    place, where = problem.place, None
    if place:
        path = (root or Path()) / place.notebook
        where = link(path, say_place(place, root), place.cell)
    return make_problem(problem, where, root)


def make_problem(problem: Problem, where: Markup | None, root: Path | None) -> Markup:
    """Return a problem, below the link to its place if it has one."""
    what, hint = say_what(problem), say_hint(problem, root)
    return tag(
        "div",
        join(state(problem.severity), " ", where or what),
        tag("div", what) if where else None,
        tag("div", hint, class_="nb-hint") if hint else None,
        class_="nb-problem",
    )


def _make_title(step: Step, root: Path | None) -> Markup:
    path = (root or Path()) / step.path
    about = step.options.description
    return join(step.name, " ", link(path, say_path(path)), dim(f" {about}") if about else None)


def make_contract(step: Step) -> Markup:
    """Return what a step takes and what it gives."""
    rows = [tag("tr", tag("td", dim(name)), tag("td", said)) for name, said in _find_contract(step)]
    return tag("table", tag("tbody", *rows))


def _find_contract(step: Step) -> Iterator[tuple[str, Markup]]:
    if step.parameters:
        yield "parameters", join(*map(_make_parameter, step.parameters))
    listed = {
        "reads": [read.ref for read in step.inputs],
        "files": [watched.pattern for watched in step.files],
        "writes": [write.name for write in step.writes],
        "options": say_options(step.options),
    }
    for name, items in listed.items():
        if items:
            yield name, tag("code", ", ".join(items))


def _make_parameter(one: Parameter) -> Markup:
    return tag("div", tag("code", say_parameter(one)), dim(f"  {one.help}"))


def _make_skipped(skipped: Iterable[Skipped], root: Path) -> Markup | None:
    rows = [
        (link(root / one.path, say_path(root / one.path)), say_skipped(one, root))
        for one in skipped
    ]
    count = say_count(len(rows), "notebook")
    return _fold(f"{count} skipped", table(("notebook", "why"), rows)) if rows else None


def _fold(title: str, *content: str) -> Markup:
    return tag("details", tag("summary", title), *content)
