"""What a folder holds: steps with their contracts, skipped notebooks, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nbflow.cli.render import words
from nbflow.model import Options, Parameter, Place, Problem, Scan, Skipped, Step


def make_steps(scan: Scan, root: Path, where: str = "") -> RenderableType:
    """Return each step with its contract, then what was skipped and why."""
    return words.stack(
        *(part for step in scan.steps.values() for part in _make_step(step, root)),
        _make_skipped(scan.skipped, root),
        _make_count(scan),
        words.make_next([(f"nbflow check{where}", "says what and where")] if scan.problems else []),
    )


def make_check(scan: Scan, root: Path) -> RenderableType:
    """Return all problems and their number."""
    return words.stack(*make_problems(scan.problems, root), _make_count(scan))


def make_problems(problems: Iterable[Problem], root: Path | None) -> list[RenderableType]:
    """Return what is wrong, where, and what to do; errors first, then by place.

    With the project's root, paths are as they are typed from the current folder.
    """
    return [_make_problem(problem, root) for problem in sorted(problems, key=_rank)]


def _rank(problem: Problem) -> tuple[str, str, int, int]:
    place = problem.place or Place("")
    return problem.severity, place.notebook, place.cell or 0, place.line or 0


def _make_problem(problem: Problem, root: Path | None) -> RenderableType:
    place = words.make_place(problem.place, root)
    hint = problem.hint if problem.hint not in problem.what else ""
    return words.stack(
        Text.assemble(words.make_state(problem.severity), "  ", (place or problem.what, "bold")),
        words.indent(Text(problem.what)) if place else None,
        words.indent(Text(words.say_remedy(hint, root), "italic")) if hint else None,
        "",
    )


def _make_step(step: Step, root: Path) -> Iterator[RenderableType]:
    about = step.options.description
    yield Text.assemble(
        (step.name, "bold"),
        "  ",
        (words.say_path(root / step.path), "dim"),
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
    yield "options", _join(_say_options(step.options))


def _make_parameters(parameters: Iterable[Parameter]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for one in parameters:
        typed = f"{one.name}: {one.type}" if one.type else one.name
        default = f" = {one.default}" if one.default else "  (needs a value)"
        # rich folds the first column where the second is empty in every row
        about = [Text(one.help, "dim")] if one.help else []
        grid.add_row(Text(typed + words.shorten(default, 60)), *about)
    return grid


def _join(items: Iterable[str]) -> list[RenderableType]:
    text = ", ".join(items)
    return [Text(text)] if text else []


def _say_options(options: Options) -> list[str]:
    """Return the options that are not as they are by default, described elsewhere aside."""
    plain = Options()
    names = [name for name in options.__struct_fields__ if name not in {"description", "writes"}]
    values = [(name, getattr(options, name)) for name in names]
    return [
        f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {words.say_value(value)}"
        for name, value in values
        if value != getattr(plain, name)
    ]


def _make_skipped(skipped: Iterable[Skipped], root: Path) -> RenderableType | None:
    grid = Table.grid(padding=(0, 2))
    for one in skipped:
        why = words.say_remedy(one.why, root)
        grid.add_row(Text(words.say_path(root / one.path), "dim"), Text(why, "dim"))
    if not grid.row_count:
        return None
    return words.stack(Text("skipped", "bold"), Padding(grid, (0, 0, 1, 2), expand=False))


def _make_count(scan: Scan) -> Text:
    errors = sum(problem.severity == "error" for problem in scan.problems)
    warnings = len(scan.problems) - errors
    steps = words.say_count(len(scan.steps), "step")
    if errors or warnings:
        found = [words.say_count(errors, "error")] if errors else []
        found += [words.say_count(warnings, "warning")] if warnings else []
        style = "bold red" if errors else "yellow"
        return Text.assemble((", ".join(found), style), f" in {steps}")
    return Text(f"{steps}, no problems", "green" if scan.steps else "")
