"""Whether a step runs, is reused or waits: pure, the same for a plan and during a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from nbflow.model import Frozen, Output, Parts, Planned, Result, Step
from nbflow.plan.keys import find_changes, make_key


class Recalled(Frozen, frozen=True):
    """The result a key leads to, and what speaks against it.

    `changed` are modules seen while it ran that have changed since, `doubtful` what it read of
    results that were found damaged since, `files` what speaks against it of files that steps hand
    on unsaid.
    """

    result: Result
    changed: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def whys(self) -> tuple[str, ...]:
        """Why it is not reused; nothing if it may be."""
        return (
            *(f"module {path} changed" for path in self.changed),
            *(f"{ref} was read of a result that was found damaged" for ref in self.doubtful),
            *self.files,
        )


class Prepared(Frozen, frozen=True):
    """A step with all that is known of its key before its inputs exist."""

    step: Step
    parts: Parts
    kernel: str = ""
    path: tuple[str, ...] = ()  # the kernel's sys.path
    overrides: dict[str, Any] = {}
    force: bool = False
    never: str = ""  # why a result of it is never reused; "" if it may be
    max_age: float | None = None  # seconds
    waits: tuple[str, ...] = ()  # steps to be waited for, though nothing is read from them
    warnings: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()  # warnings that its next result may make void


Inputs = Mapping[str, Output | None]  # by ref; None while the step that writes it has not run
Recall = Callable[[str], Recalled | None]
FindLast = Callable[[], Result | None]


def decide(
    prepared: Prepared, inputs: Inputs, recall: Recall, find_last: FindLast, now: float
) -> Planned:
    """Decide what happens to a step.

    `recall` finds what a key leads to. `find_last` finds an earlier result, to say what changed
    since; a step that is reused needs no look at any other than the one that its key leads to.
    """
    name, parts = prepared.step.name, make_parts(prepared, inputs)
    warnings = (*prepared.warnings, *prepared.advice)
    planned = Planned(name, "run", warnings=warnings)
    reading = {ref.split(".")[0] for ref, output in inputs.items() if output is None}
    waiting = sorted(reading.union(prepared.waits))
    free = not (prepared.force or prepared.never or waiting)
    recalled = recall(make_key(name, parts)) if free else None
    if recalled is not None and not recalled.whys:
        planned = msgspec.structs.replace(planned, expected=recalled.result.seconds)
        return _reuse_or_renew(planned, prepared, recalled.result, now)
    last = find_last()
    planned = msgspec.structs.replace(planned, expected=last.seconds if last else None)
    if outright := _find_outright(prepared, last):
        return _because(planned, outright)
    assert last is not None  # noqa: S101 - that is an outright reason
    if waiting:
        known = find_changes(*_drop_open(last.parts, parts, inputs, prepared))
        return _because(planned, f"waits for {', '.join(waiting)}", *known, action="wait")
    if recalled is None:
        return _because(planned, *_explain(last, parts, inputs))
    return _because(planned, *recalled.whys)


def _find_outright(prepared: Prepared, last: Result | None) -> str:
    """Return why a step runs whatever its inputs are, "" where that is not so."""
    if prepared.force:
        return "forced"
    if prepared.never:
        return prepared.never
    return "" if last else "no result yet"


def find_nearest(past: Sequence[Result], parts: Parts) -> Result | None:
    """Return the result that differs least, the first of equals: it says best what changed."""
    return min(past, key=lambda one: len(find_changes(one.parts, parts)), default=None)


def make_parts(prepared: Prepared, inputs: Inputs) -> Parts:
    """Return the parts of the key, with the content hashes of the inputs that exist."""
    hashes = {ref: output.hash for ref, output in inputs.items() if output is not None}
    return msgspec.structs.replace(prepared.parts, inputs=hashes)


def _reuse_or_renew(planned: Planned, prepared: Prepared, result: Result, now: float) -> Planned:
    age = now - result.created
    if prepared.max_age is not None and abs(age) > prepared.max_age:  # a clock was set back
        return _because(planned, f"older than cache = {prepared.step.options.cache}")
    blind = not prepared.step.inputs and not prepared.parts.files and not result.opened
    why = "unchanged; watches nothing but its code and parameters" if blind else "unchanged"
    return msgspec.structs.replace(
        planned, action="reuse", why=(why,), result=result.id, result_age=age
    )


def _explain(last: Result, parts: Parts, inputs: Inputs) -> list[str]:
    pickles = {ref for ref, output in inputs.items() if output and output.kind == "pickle"}
    changes = find_changes(last.parts, parts)
    if not changes:
        return ["the result for these was removed" if last.reusable else "last one not reusable"]
    return [
        f"{change} (a pickle: equal objects may differ)"
        if change.removeprefix("input ").removesuffix(" changed") in pickles
        else change
        for change in changes
    ]


def _drop_open(old: Parts, new: Parts, inputs: Inputs, prepared: Prepared) -> tuple[Parts, Parts]:
    """Leave out what is not known yet, so that it does not count as changed."""
    open_ = {ref for ref, output in inputs.items() if output is None}
    kept = {ref: value for ref, value in old.inputs.items() if ref not in open_}
    old = msgspec.structs.replace(old, inputs=kept)
    if prepared.waits:  # they may write files
        old, new = (msgspec.structs.replace(one, files={}) for one in (old, new))
    return old, new


def _because(planned: Planned, *why: str, action: str = "run") -> Planned:
    return msgspec.structs.replace(planned, action=action, why=why)
