"""All that is wrong with a pipeline, each with a link to its cell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbflow import words
from nbflow.html.markup import Markup, join, state, tag
from nbflow.model import Problem
from nbflow.widget.links import make_link


def draw_linked(problems: Iterable[Problem], root: Path) -> Markup:
    """Return the problems in their order; a link opens the notebook at the cell."""
    return join(*(_draw(one, root) for one in problems))


def _draw(problem: Problem, root: Path) -> Markup:
    place = problem.place
    where = None
    if place:
        path = root / place.notebook
        where = make_link(path, words.say_place(place), place.cell)
    hint = "" if problem.hint in problem.what else problem.hint
    return tag(
        "div",
        join(state(problem.severity), " ", where or problem.what),
        tag("div", problem.what) if where else None,
        tag("div", words.say_remedy(hint, root), class_="nb-hint") if hint else None,
        class_="nb-problem",
    )
