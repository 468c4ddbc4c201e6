"""What is wrong between steps: cycles, two steps of one name, parameters that disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.analysis.contract.missing_reads import find_unanswered
from nbflow.analysis.contract.tags import make_tagging
from nbflow.base.nearest import find_nearest
from nbflow.model import Command, Edit, Parameter, Place, Problem, Skipped, Step, graph

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from nbflow.workspace.pipeline_folder import PipelineFolder


def make_unique(found: Iterable[Step]) -> tuple[dict[str, Step], list[Problem]]:
    """Return the steps by name; a second one of a name is a problem, and left out."""
    steps: dict[str, Step] = {}
    problems = []
    for step in found:
        if step.name not in steps:
            steps[step.name] = step
            continue
        facts = {"step": step.name, "path": step.path, "other": steps[step.name].path}
        problems.append(Problem("same-name", Place(step.path), facts))
    return steps, problems


def find_problems(
    pipeline: PipelineFolder,
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
        yield _make_empty(pipeline, skipped)
    yield from find_unanswered(steps, skipped, broken, hidden)
    for step in steps.values():
        yield from _find_unknown_after(step, steps, broken)
    yield from _find_disagreements(steps, pipeline.project.settings.parameters)
    if (cycle := graph.find_cycle(graph.make_parents(steps))) is not None:
        yield _make_cycle(cycle, steps)


def _make_empty(pipeline: PipelineFolder, skipped: Sequence[Skipped]) -> Problem:
    folder = pipeline.folder.name if pipeline.name == "." else pipeline.name
    facts = {"folder": folder}
    if not any(item.path.endswith(".ipynb") for item in skipped):
        return Problem("no-notebooks", None, facts, Command("new", ("STEP",)))
    untagged = [item for item in skipped if item.code == "untagged"]
    if not untagged:
        return Problem("all-skipped", None, facts, Command("steps"))
    slips = (item.remedy for item in untagged if item.remedy)
    remedy = next(slips, None) or make_tagging(untagged[0].path, "parameters")
    return Problem("no-tags", None, facts, remedy)


def _find_unknown_after(
    step: Step, steps: Mapping[str, Step], broken: Collection[str]
) -> Iterator[Problem]:
    for name in step.options.after:
        if name not in steps and name not in broken:
            near = find_nearest(name, steps)
            facts = {"step": step.name, "after": name, "steps": sorted(steps)}
            yield Problem("unknown-after", Place(step.path), facts, Edit(near) if near else None)


def _make_cycle(cycle: Sequence[str], steps: Mapping[str, Step]) -> Problem:
    """Return the problem, at the read that leads from the second step back to the first."""
    needed, needing = cycle[0], steps[cycle[1]]
    places = (read.place for read in needing.inputs if read.step == needed)
    return Problem("cycle", next(places, Place(needing.path)), {"steps": list(cycle)})


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
        steps.setdefault(text, []).append(step)
    facts = {"parameter": name, "aspect": word, "values": steps}
    return Problem("disagreement", None, facts, severity="warning")


def _is_placeholder(parameter: Parameter) -> bool:
    return parameter.literal and parameter.default in {"None", "''", '""'}


def _type(parameter: Parameter) -> str:
    return str(parameter.type)


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return ""
    told = parameter.literal and parameter.asked is None
    return repr(parameter.value) if told else parameter.default
