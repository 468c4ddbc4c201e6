"""The edges between steps that come from files: declared, seen in earlier runs, or guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from nbflow.analysis.contract.makers import find_makers, index_claims
from nbflow.model import Frozen, Problem, Step, graph
from nbflow.planning.file_flow import Traffic
from nbflow.planning.guessed_makers import guess


class Edges(Frozen, frozen=True):
    """The steps with all their makers, warnings by step, and problems with their steps."""

    steps: dict[str, Step]
    warnings: dict[str, list[Problem]] = {}
    problems: tuple[tuple[str, Problem], ...] = ()  # each with its step


def connect(traffic: Traffic, values: Mapping[str, Mapping[str, Any]]) -> Edges:
    """Find who makes or writes the files that each step uses.

    An edge that no notebook declares is left out where it would close a cycle.
    """
    steps, sides = dict(traffic.steps), traffic.sides
    claims = index_claims(sides)
    for name in sides.declared:
        makers = tuple(sorted(find_makers(name, sides, claims)))
        steps[name] = replace(steps[name], makers=makers)
    parents = graph.make_parents(steps)
    if not sides.declared and not traffic.opened and not any(one.named for one in steps.values()):
        return Edges(steps)
    for name in steps:
        seen = (writer for those in traffic.find_writers(name).values() for writer in those)
        _add(parents, name, seen)
    guesses, problems = guess(traffic, parents, values, claims)
    warnings: dict[str, list[Problem]] = {}
    for one in guesses:
        if _add(parents, one.reader, [one.writer]):
            warnings.setdefault(one.reader, []).append(one.warning)
    found = {
        name: replace(step, makers=tuple(sorted(parents[name] - _find_said(step))))
        for name, step in steps.items()
    }
    return Edges(found, warnings, tuple(problems))


def _find_said(step: Step) -> set[str]:
    """Return the parents by data or by `after`, which are not listed as makers."""
    return ({read.step for read in step.inputs} | set(step.options.after)) - set(step.makers)


def _add(parents: dict[str, set[str]], step: str, above: Iterable[str]) -> bool:
    """Add the edges that close no cycle; tell whether any edge was new."""
    added = False
    for writer in sorted(set(above) - parents[step] - {step}):
        if step not in graph.ancestors(parents, [writer]):
            parents[step].add(writer)
            added = True
    return added
