"""Finds which steps make the files that others declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from nbflow.analysis.contract.file_inputs import Pattern, make_patterns
from nbflow.analysis.contract.path_index import PathIndex
from nbflow.model import FileInput, Frozen, Place, Problem, Step


class Sides(Frozen, frozen=True):
    """Patterns by step: of the files that it declares, and of those that it says it makes.

    `wrong` has the problems of declared patterns that cannot be formatted.
    """

    declared: dict[str, list[Pattern]] = {}
    claimed: dict[str, list[Pattern]] = {}
    wrong: dict[str, list[Problem]] = {}


def read_sides(
    root: Path, steps: Mapping[str, Step], values: Mapping[str, Mapping[str, Any]]
) -> Sides:
    """Return both sides with the parameters' `values`, JSON forms by step."""
    sides = Sides()
    for name, step in steps.items():
        claims = list(_find_claims(step))
        if not step.files and not claims:
            continue  # as most steps: no path is made for them
        folder = (root / step.path).parent
        if step.files:
            patterns, wrong = make_patterns(step.files, values[name], folder, step.parameters)
            sides.declared[name], sides.wrong[name] = patterns, wrong
        if claims:
            sides.claimed[name], _ = make_patterns(claims, values[name], folder, step.parameters)
    return sides


def add_makers(steps: Mapping[str, Step], sides: Sides) -> dict[str, Step]:
    """Return the steps, each with those that say they make files which it declares."""
    index = index_claims(sides)
    if not index:
        return dict(steps)
    makers = {name: find_makers(name, sides, index) for name in sides.declared}
    return {
        name: replace(step, makers=tuple(sorted(makers[name]))) if makers.get(name) else step
        for name, step in steps.items()
    }


def index_claims(sides: Sides) -> PathIndex[str]:
    """Return the makers by the files that they say they make."""
    return PathIndex(
        (claim.shape, maker) for maker, claims in sides.claimed.items() for claim in claims
    )


def find_makers(name: str, sides: Sides, index: PathIndex[str]) -> set[str]:
    declared = sides.declared.get(name, ())
    return {maker for one in declared for maker in index.find(one.shape)} - {name}


def find_rivals(sides: Sides) -> Iterator[Problem]:
    """Find the files that two steps make."""
    claims = [(maker, claim) for maker, those in sides.claimed.items() for claim in those]
    index = PathIndex((claim.shape, (maker, claim)) for maker, claim in claims)
    for maker, claim in claims:
        for rival, other in index.find(claim.shape):
            both = claim.shape.parts and other.shape.parts
            if maker < rival and (not both or claim.shape == other.shape):
                facts = {"step": maker, "other": rival, "file": other.text}
                yield Problem("rival-makers", other.watched.place, facts)


def _find_claims(step: Step) -> Iterator[FileInput]:
    for write in step.writes:
        if write.path:
            yield FileInput(write.path, write.place, write.parts)
    for pattern in step.options.makes:
        yield FileInput(pattern, Place(step.path))
