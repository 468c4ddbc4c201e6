"""All that is wrong with a pipeline, each with a link to its cell."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

from nbflow.html.links import link
from nbflow.html.markup import join
from nbflow.html.pipelines import make_problem
from nbflow.model import Problem
from nbflow.present.places import say_place


def draw_linked(problems: Iterable[Problem], root: Path) -> Markup:
    """Return the problems in their order; a link opens the notebook at the cell."""
    return join(*(_draw(one, root) for one in problems))


def _draw(problem: Problem, root: Path) -> Markup:
    place, where = problem.place, None
    if place:
        where = link(root / place.notebook, say_place(place), place.cell)
    return make_problem(problem, where, root)
