"""Which steps a request asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbflow.base.nearest import find_nearest
from nbflow.errors import UnknownNameError
from nbflow.model import Command, Edit, Problem, Request, graph


def select(parents: Mapping[str, set[str]], request: Request) -> set[str]:
    """Return the steps to run: all, or those that `only`, `from` and `to` leave."""
    for name in (*request.to, *request.from_, *request.only, *request.force_steps):
        refuse_unknown(name, parents)
    if request.only:
        return set(request.only)
    selected = set(parents)
    if request.to:
        selected &= graph.ancestors(parents, request.to)
    if request.from_:
        selected &= graph.descendants(parents, request.from_)
    if not selected:
        asked = f"{', '.join(request.from_)} and {', '.join(request.to)}"
        raise UnknownNameError(
            f"No step lies between {asked}. ", Command("steps"), " shows who reads what."
        )
    return selected


def refuse_unknown(name: str, steps: Iterable[str]) -> None:
    known = sorted(steps)
    if name not in known:
        near = find_nearest(name, known)
        facts, edit = {"step": name, "steps": known}, Edit(near) if near else None
        raise UnknownNameError(problems=[Problem("no-such-step", None, facts, edit)])
