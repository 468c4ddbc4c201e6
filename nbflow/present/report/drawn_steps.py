"""Which steps of a run its graph draws: all of a small run, what matters of a large one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nbflow.base.text import say_count
from nbflow.model import Frozen
from nbflow.reports.facts import Report

MOST = 40  # steps that are drawn one by one


class DrawnStep(Frozen, frozen=True):
    """A step of the graph, or `count` of them as one: these have no name of their own."""

    id: str
    label: str
    parents: tuple[str, ...] = ()
    count: int = 1


def choose_steps(report: Report) -> list[DrawnStep]:
    """Return the steps that are drawn, each after its parents; none where too many matter."""
    parents = {name: _find_known(report, name) for name in report.run.steps}
    kept = _choose(report, parents)
    if len(kept) > MOST:
        return []
    above = {
        name: find_above(parents, [p for p in parents[name] if p not in kept]) for name in kept
    }
    groups = _find_groups(above.values())
    others = {
        found: DrawnStep(f"+{number}", _say_group(report, found), count=len(found))
        for number, found in enumerate(groups)
    }
    made = [
        DrawnStep(
            name,
            name,
            (
                *(one for one in parents[name] if one in kept),
                *((others[above[name]].id,) if above[name] else ()),
            ),
        )
        for name in kept
    ]
    return sort_steps([*others.values(), *made])


def sort_steps(steps: Iterable[DrawnStep]) -> list[DrawnStep]:
    """Return the steps so that each comes after its parents, else in the order that they have."""
    left = {one.id: one for one in steps}
    made: list[DrawnStep] = []
    while left:
        ready = [one for one in left.values() if not any(p in left for p in one.parents)]
        found = ready[0] if ready else next(iter(left.values()))  # a cycle has no first
        made.append(left.pop(found.id))
    return made


def find_above(parents: Mapping[str, Iterable[str]], names: Iterable[str]) -> frozenset[str]:
    """Return these steps and all that they are made from."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += parents.get(name, ())
    return frozenset(found)


def _choose(report: Report, parents: Mapping[str, Iterable[str]]) -> list[str]:
    """Return all steps; of many those that ran with their neighbours, else those that decided."""
    steps = report.run.steps
    if len(steps) <= MOST:
        return list(steps)
    ran = {name for name, one in steps.items() if one.status != "reused"}
    near = {p for name in ran for p in parents[name]}
    near |= {name for name, above in parents.items() if ran.intersection(above)}
    if 0 < len(ran | near) <= MOST:
        return [name for name in steps if name in ran | near]
    failed = {name for name, one in steps.items() if one.status == "failed"}
    wanted = {*report.chain, *failed, *(p for name in failed for p in parents[name])}
    return [name for name in steps if name in wanted]


def _find_known(report: Report, name: str) -> list[str]:
    return [one for one in report.run.parents.get(name, ()) if one in report.run.steps]


def _find_groups(above: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    return list(dict.fromkeys(found for found in above if found))


def _say_group(report: Report, names: Iterable[str]) -> str:
    statuses = [report.run.steps[name].status for name in names]
    word = "reused" if {*statuses} == {"reused"} else "more"
    return f"+ {len(statuses):,} {word}" if len(statuses) > 1 else f"+ {say_count(1, word)}"
