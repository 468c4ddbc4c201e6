"""What is wrong between steps: cycles, two steps of one name, parameters that disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow import graph
from nbflow.model import Parameter, Place, Problem, Skipped, Step
from nbflow.notebook.reads import find_nearest, find_unanswered
from nbflow.notebook.tags import is_untagged, say_tagging, split_why

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from nbflow.project import Project

_NAMED = 3  # steps that are named where there are many
_LONGEST = 30  # characters of a default that are shown


def make_unique(found: Iterable[Step]) -> tuple[dict[str, Step], list[Problem]]:
    """Return the steps by name; a second one of a name is a problem, and left out."""
    steps: dict[str, Step] = {}
    problems = []
    for step in found:
        if step.name not in steps:
            steps[step.name] = step
            continue
        what = f"{step.path} and {steps[step.name].path} are both the step {step.name}."
        hint = "Rename one of them, or leave one out with the setting `exclude`."
        problems.append(Problem(what, Place(step.path), hint))
    return steps, problems


def find_problems(
    project: Project,
    steps: Mapping[str, Step],
    skipped: Sequence[Skipped],
    broken: Collection[str],
    hidden: Collection[str] = (),
) -> Iterator[Problem]:
    """Find what is wrong between the steps.

    `broken` are the names of notebooks that could not be read, `hidden` those of steps with a cell
    that could not: what needs them is not reported.
    """
    if not steps and not broken:
        yield _make_empty(project, skipped)
    yield from find_unanswered(steps, skipped, broken, hidden)
    for step in steps.values():
        yield from _find_unknown_after(step, steps, broken)
    yield from _find_disagreements(steps, project.settings.parameters)
    if (cycle := graph.find_cycle(graph.make_parents(steps))) is not None:
        yield _make_cycle(cycle, steps)


def _make_empty(project: Project, skipped: Sequence[Skipped]) -> Problem:
    folder = project.folder.name if project.name == "." else project.name
    if not any(item.path.endswith(".ipynb") for item in skipped):
        hint = "Name the folder that holds your notebooks, or begin one with `nbflow new STEP`."
        return Problem(f"{folder} holds no notebooks.", None, hint)
    untagged = [item for item in skipped if is_untagged(item)]
    if not untagged:
        what = f"{folder} holds no steps: all of its notebooks are skipped."
        return Problem(what, None, "`nbflow steps` says why.")
    what = f"{folder} holds no steps: no notebook there has a cell tagged `parameters` or `inputs`."
    slips = (remedy for item in untagged if (remedy := split_why(item)[1]))
    remedy = next(slips, "") or say_tagging(untagged[0].path, "CELL", "parameters")
    return Problem(what, None, f"Tag a cell, for example {remedy}.")


def _find_unknown_after(
    step: Step, steps: Mapping[str, Step], broken: Collection[str]
) -> Iterator[Problem]:
    for name in step.options.after:
        if name not in steps and name not in broken:
            near = find_nearest(name, steps)
            hint = (
                f"Did you mean {near}?" if near else f"The steps are: {', '.join(sorted(steps))}."
            )
            what = f"{step.name} comes after {name}, its option says, but there is no step {name}."
            yield Problem(what, Place(step.path), hint)


def _make_cycle(cycle: Sequence[str], steps: Mapping[str, Step]) -> Problem:
    """Return the problem, at the read that leads from the second step back to the first."""
    needed, needing = cycle[0], steps[cycle[1]]
    places = (read.place for read in needing.inputs if read.step == needed)
    what = f"these steps need each other: {' → '.join(cycle)}."
    hint = "Move what one of them reads from the others to a step of its own."
    return Problem(what, next(places, Place(needing.path)), hint)


def _find_disagreements(
    steps: Mapping[str, Step], given: Collection[str] = ()
) -> Iterator[Problem]:
    """Find parameters that steps share by name, but not by type or default.

    None and "" stand for a value that is yet to come; what the settings have `given` is one for
    all.
    """
    shared: dict[str, list[tuple[str, Parameter]]] = {}
    for step in steps.values():
        for parameter in step.parameters:
            if parameter.name not in given and not _is_placeholder(parameter):
                shared.setdefault(parameter.name, []).append((step.name, parameter))
    for name, uses in shared.items():
        for aspect, word in ((_type, "type"), (_default, "default")):
            if len({aspect(parameter) for _, parameter in uses} - {""}) > 1:
                yield _make_disagreement(name, word, [(step, aspect(one)) for step, one in uses])
                break


def _make_disagreement(name: str, word: str, uses: Sequence[tuple[str, str]]) -> Problem:
    steps: dict[str, list[str]] = {}
    for step, text in uses:
        steps.setdefault(text or "not set", []).append(step)
    each = "; ".join(f"{_cut(text)} in {_say_some(names)}" for text, names in steps.items())
    what = f"the parameter {name} has not one {word} in all steps: {each}."
    return Problem(what, None, "Make them the same, or rename one.", "warning")


def _is_placeholder(parameter: Parameter) -> bool:
    return parameter.literal and parameter.default in {"None", "''", '""'}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _say_some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _type(parameter: Parameter) -> str:
    return parameter.type


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return ""
    told = parameter.literal and parameter.asked is None
    return repr(parameter.value) if told else parameter.default
