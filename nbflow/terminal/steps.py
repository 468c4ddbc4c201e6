"""What a folder holds: steps with their contracts, skipped notebooks, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nbflow.base.text import say_count
from nbflow.model import Command, Parameter, Place, Problem, Scan, Step
from nbflow.present.places import say_path, say_place
from nbflow.present.problems import say_hint, say_skipped, say_what
from nbflow.present.states import say_problems
from nbflow.present.values import say_options, say_parameter
from nbflow.terminal import parts


def make_steps(scan: Scan, root: Path, where: str = "") -> RenderableType:
    """Return each step with its contract, then what was skipped and why."""
    return parts.stack(
        *(part for step in scan.steps.values() for part in _make_step(step, root)),
        _make_table("skipped", ((one.path, say_skipped(one, root)) for one in scan.skipped), root),
        _make_table("rejected", sorted(_find_rejected(scan).items()), root),
        _make_count(scan),
        parts.make_next(
            [(Command("check", (where,)), "says what and where")] if scan.problems else []
        ),
    )


def make_contract(step: Step, root: Path | None = None) -> RenderableType:
    """Return one step: where it is, what it takes, reads and writes."""
    return parts.stack(*_make_step(step, root))


def make_check(scan: Scan, root: Path | None) -> RenderableType:
    """Return all problems and their number."""
    return parts.stack(*make_problems(scan.problems, root), _make_count(scan))


def make_problems(problems: Iterable[Problem], root: Path | None) -> list[RenderableType]:
    """Return what is wrong, where, and what to do; errors first, then by place.

    With the project's root, paths are as they are typed from the current folder.
    """
    return [_make_problem(problem, root) for problem in sorted(problems, key=_rank)]


def _rank(problem: Problem) -> tuple[str, str, int, int]:
    place = problem.place or Place("")
    return problem.severity, place.notebook, place.cell or 0, place.line or 0


def _make_problem(problem: Problem, root: Path | None) -> RenderableType:
    place = say_place(problem.place, root)
    what, hint = say_what(problem), say_hint(problem, root)
    return parts.stack(
        Text.assemble(parts.make_state(problem.severity), "  ", (place or what, "bold")),
        parts.indent(Text(what)) if place else None,
        parts.indent(Text(hint, "italic")) if hint else None,
        "",
    )


def _make_step(step: Step, root: Path | None) -> Iterator[RenderableType]:
    about = step.options.description
    yield Text.assemble(
        (step.name, "bold"),
        "  ",
        (say_path(root / step.path) if root else step.path, "dim"),
        f"  {about}" if about else "",
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for heading, lines in _make_contract(step):
        for number, line in enumerate(lines):
            grid.add_row(heading if number == 0 else "", line)
    yield Padding(grid, (0, 0, 1, 2), expand=False)


def _make_contract(step: Step) -> Iterator[tuple[str, list[RenderableType]]]:
    yield "parameters", [_make_parameters(step.parameters)] if step.parameters else []
    yield "reads", _join(step_input.ref for step_input in step.inputs)
    yield "files", _join(watched.pattern for watched in step.files)
    yield "writes", _join(write.name for write in step.writes)
    yield "options", _join(say_options(step.options))


def _make_parameters(parameters: Iterable[Parameter]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for one in parameters:
        # rich folds the first column where the second is empty in every row
        about = [Text(one.help, "dim")] if one.help else []
        grid.add_row(Text(say_parameter(one)), *about)
    return grid


def _join(items: Iterable[str]) -> list[RenderableType]:
    text = ", ".join(items)
    return [Text(text)] if text else []


def _find_rejected(scan: Scan) -> dict[str, str]:
    """Return the notebooks that are no steps because something is wrong with them, and what."""
    known = {step.path for step in scan.steps.values()} | {one.path for one in scan.skipped}
    placed = [one for one in scan.problems if one.place and one.place.notebook not in known]
    return {one.place.notebook: say_what(one) for one in reversed(placed) if one.place}


def _make_table(heading: str, rows: Iterable[tuple[str, str]], root: Path) -> RenderableType | None:
    grid = Table.grid(padding=(0, 2))
    for path, text in rows:
        grid.add_row(Text(say_path(root / path), "dim"), Text(text, "dim"))
    if not grid.row_count:
        return None
    return parts.stack(Text(heading, "bold"), Padding(grid, (0, 0, 1, 2), expand=False))


def _make_count(scan: Scan) -> Text:
    steps = say_count(len(scan.steps), "step")
    if rejected := _find_rejected(scan):
        count = say_count(len(rejected), "rejected notebook")
        steps = f"{steps} and {count}" if scan.steps else count
    severities = [problem.severity for problem in scan.problems]
    if severities:
        style = "bold red" if "error" in severities else "yellow"
        return Text.assemble((say_problems(severities), style), f" in {steps}")
    return Text(f"{steps}, no problems", "green" if scan.steps else "")
