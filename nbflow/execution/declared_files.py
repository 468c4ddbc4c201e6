"""Puts declared files back, and hashes them, just before their step is decided."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from nbflow.analysis.contract.file_inputs import refuse
from nbflow.model import Problem, Result
from nbflow.planning import Plan, Prepared
from nbflow.planning.decide import find_max_age
from nbflow.planning.file_flow import Latest
from nbflow.planning.make import explain_missing
from nbflow.planning.undeclared_files import advise


def may_have_changed(plan: Plan, name: str, result: Result) -> bool:
    """Tell whether the plan's decision may be out of date: time counts, or files of others do."""
    step = plan.scan.steps[name]
    others = result.seen_modules or result.opened or result.wrote or step.makers
    return bool(others) or find_max_age(step) is not None


def put_back(plan: Plan, name: str, latest: Latest) -> Iterator[Problem]:
    """Give a step the files as the results hold them that this run relies on; yield warnings.

    Raises PipelineError where somebody has changed one since, OSError, StoreError.
    """
    traffic = plan.traffic
    traffic.look_again()
    refuse(list(traffic.find_foreign(name, latest)))
    yield from traffic.put_back(name, latest)


def read_files(plan: Plan, name: str, latest: Latest) -> Prepared:
    """Return a step with the hashes of its declared files as they are now.

    Raises PipelineError for missing files.
    """
    ready, traffic = plan.prepared[name], plan.traffic
    traffic.look_again()
    found = traffic.find(name, latest)
    refuse([*found.wrong, *explain_missing(ready.step, found.missing)])
    parts = replace(ready.parts, files=found.hashes)
    return replace(ready, parts=parts, waits=(), advice=advise(traffic, name))
