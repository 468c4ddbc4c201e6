"""Problems in sentences: what is wrong, and what to do about it."""

from __future__ import annotations

from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.model import Command, Edit, Problem, Remedy, Skipped
from nbflow.present.problem_texts import SKIPPED, TEXTS
from nbflow.present.remedies import spell
from nbflow.present.sentence_templates import fill, say_misfit_here


def say_what(problem: Problem) -> str:
    """Return what is wrong."""
    return fill(TEXTS[problem.code].what, problem.facts)


def say_hint(problem: Problem, root: Path | None = None) -> str:
    """Return what to do about it, "" where there is nothing to say; see `spell` for `root`."""
    text, remedy = TEXTS[problem.code], problem.remedy
    hint = (isinstance(remedy, Edit) and text.edit) or text.hint
    spelled = {"remedy": spell(remedy, root)} if remedy is not None else {}
    return fill(hint, problem.facts | spelled)


def say_problem(problem: Problem, root: Path | None = None) -> str:
    """Return what is wrong and what to do, in one text."""
    return " ".join(filter(None, (say_what(problem), say_hint(problem, root))))


def say_skipped(skipped: Skipped, root: Path | None = None) -> str:
    """Return why something holds no step, with the remedy where there is one."""
    why = fill(SKIPPED[skipped.code], skipped.facts)
    return f"{why}: {say_remedy(skipped.remedy, root)}" if skipped.remedy else why


def say_remedy(remedy: Remedy, root: Path | None = None) -> str:
    """Return how a cell is tagged: by a command, or in a text notebook by hand."""
    said = f"`{spell(remedy, root)}`"
    return said if isinstance(remedy, Command) else f"write {said} into its line"


def say_error(error: NbflowError) -> str:
    """Return an error's words, else its problems, each in a line with its place."""
    if not error.args:
        return "\n".join(map(_say_with_place, error.problems))
    return "".join(f"`{spell(one)}`" if isinstance(one, Command) else one for one in error.args)


def say_error_here(error: NbflowError) -> str:
    """Return why a value does not fit beside its parameter's own field."""
    misfits = [say_misfit_here(one.facts) for one in error.problems]
    return "; ".join(misfits) or str(error)


def _say_with_place(problem: Problem) -> str:
    place = problem.place
    cell = f", cell {place.cell}" if place and place.cell else ""
    at = f"{place.notebook}{cell}: " if place and problem.code != "parameter-misfit" else ""
    return f"{at}{say_problem(problem)}"
