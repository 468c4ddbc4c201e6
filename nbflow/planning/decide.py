"""Whether a step runs, is reused or waits: pure, the same for a plan and during a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from nbflow.model import Action, Frozen, Output, Parts, Planned, Problem, Reason, Result, Step
from nbflow.model.refs import make_ref
from nbflow.planning.keys import find_changes, make_key


class CacheHit(Frozen, frozen=True):
    """The result that a key leads to, and why it may not be reused; None for a damaged result."""

    result: Result | None
    against: tuple[Reason, ...] = ()


class Prepared(Frozen, frozen=True):
    """A step with the parts of its key that are known before its inputs exist."""

    step: Step
    parts: Parts
    kernel: str = ""
    path: tuple[str, ...] = ()  # the kernel's sys.path
    overrides: dict[str, Any] = {}
    force: bool = False
    never: Reason | None = None  # why a result of it is never reused
    waits: tuple[str, ...] = ()  # steps to be waited for, though nothing is read from them
    warnings: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()  # warnings that its next result may make void


Inputs = Mapping[str, Output | None]  # by ref; None while the step that writes it has not run
Recall = Callable[[str], CacheHit | None]
FindLast = Callable[[], Result | None]


def decide(
    prepared: Prepared, inputs: Inputs, recall: Recall, find_last: FindLast, now: float
) -> Planned:
    """Decide what happens to a step.

    `recall` finds the result that a key leads to. `find_last` finds an earlier result, to say what
    changed since then. It is slow, and is called only for a step that is not reused.
    """
    warnings = (*prepared.warnings, *prepared.advice)
    planned = Planned(prepared.step.name, "run", warnings=warnings)
    key = find_key(prepared, inputs)
    hit = recall(key) if key else None
    if hit is not None and hit.result is not None and not hit.against:
        return _reuse_or_renew(planned, prepared, hit.result, now)
    last = find_last()
    action, why = _find_why(prepared, inputs, hit, last)
    expected = last.seconds if last else None
    return replace(planned, action=action, why=tuple(why), expected=expected)


def find_key(prepared: Prepared, inputs: Inputs) -> str:
    """Return the key to reuse a result by; "" if none may be reused, or inputs do not exist yet."""
    if prepared.force or prepared.never or _find_waiting(prepared, inputs):
        return ""
    return make_key(prepared.step.name, make_parts(prepared, inputs))


def find_max_age(step: Step) -> float | None:
    """Return the seconds for which a result may be reused; None for ever."""
    return None if isinstance(step.options.cache, bool) else step.options.cache


def use_newest(planned: Planned, newest: Result | None, parts: Parts, now: float) -> Planned:
    """Decide about a step that is not selected: its newest result is used, stale or not."""
    if newest is None or planned.result == newest.id:
        return planned
    return replace(
        planned,
        action="reuse",
        why=tuple(find_changes(newest.parts, parts)) or planned.why,
        stale=True,
        result=newest.id,
        result_age=now - newest.created,
    )


def find_nearest(past: Sequence[Result], parts: Parts) -> Result | None:
    """Return the result with the fewest changes; of several, the first."""
    return min(past, key=lambda one: len(find_changes(one.parts, parts)), default=None)


def make_parts(prepared: Prepared, inputs: Inputs) -> Parts:
    """Return the parts of the key, with the content hashes of the inputs that exist."""
    hashes = {ref: output.hash for ref, output in inputs.items() if output is not None}
    return replace(prepared.parts, inputs=hashes)


def _find_waiting(prepared: Prepared, inputs: Inputs) -> list[str]:
    """Return the steps to wait for."""
    reading = {make_ref(ref).step for ref, output in inputs.items() if output is None}
    return sorted(reading.union(prepared.waits))


def _reuse_or_renew(planned: Planned, prepared: Prepared, result: Result, now: float) -> Planned:
    planned = replace(planned, expected=result.seconds)
    age, limit = now - result.created, find_max_age(prepared.step)
    if limit is not None and abs(age) > limit:  # a clock was set back
        return replace(planned, why=(Reason("too-old", before=age, after=limit),))
    blind = not prepared.step.inputs and not prepared.parts.files and not result.opened
    why = Reason("unwatched" if blind else "unchanged")
    return replace(planned, action="reuse", why=(why,), result=result.id, result_age=age)


def _find_why(
    prepared: Prepared, inputs: Inputs, hit: CacheHit | None, last: Result | None
) -> tuple[Action, Sequence[Reason]]:
    """Return what happens to a step that is not reused, and why."""
    if prepared.force:
        return "run", [Reason("forced")]
    if prepared.never:
        return "run", [prepared.never]
    if hit is not None:
        return "run", hit.against
    if last is None:
        return "run", [Reason("no-result")]
    parts = make_parts(prepared, inputs)
    if waiting := _find_waiting(prepared, inputs):
        known = find_changes(*_drop_open(last.parts, parts, inputs, prepared))
        return "wait", [*(Reason("waits", name) for name in waiting), *known]
    return "run", [*_explain(last, parts, inputs)]


def _explain(last: Result, parts: Parts, inputs: Inputs) -> Iterator[Reason]:
    changes = find_changes(last.parts, parts)
    if not changes:
        yield Reason("result-removed" if last.reusable else "not-reusable")
    for change in changes:
        found = inputs.get(change.subject) if change.code == "input-changed" else None
        pickled = found is not None and found.kind == "pickle"
        yield replace(change, code="pickle-changed") if pickled else change


def _drop_open(old: Parts, new: Parts, inputs: Inputs, prepared: Prepared) -> tuple[Parts, Parts]:
    """Leave out the parts that are not known yet: they do not count as changed."""
    open_ = {ref for ref, output in inputs.items() if output is None}
    kept = {ref: value for ref, value in old.inputs.items() if ref not in open_}
    old = replace(old, inputs=kept)
    if prepared.waits:  # they may write files
        old, new = (replace(one, files={}) for one in (old, new))
    return old, new
