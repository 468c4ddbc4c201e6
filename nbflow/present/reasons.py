"""Why a step runs, is reused, waits, is blocked or is skipped, in sentences: one for each code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.base.text import say_age, say_seconds
from nbflow.model import Failure, Planned, Reason
from nbflow.model.reasons import Code
from nbflow.present.problems import say_problem

if TYPE_CHECKING:
    from nbflow.runs.fold import StepRun

_LONGEST = 40  # characters of a parameter's value


def say_reasons(reasons: Iterable[Reason]) -> str:
    """Return the reasons in one line; what a step waits for, and who blocks it, in one list."""
    said = []
    for code, those in groupby(reasons, key=lambda one: one.code):
        if code in _LISTED:
            names = ", ".join(one.subject for one in those)
            said.append(say_reason(Reason(code, names)))
        else:
            said += map(say_reason, those)
    return "; ".join(said)


def say_reason(reason: Reason) -> str:
    """Return one reason as a sentence without its full stop."""
    text = TEXTS[reason.code]
    if not isinstance(text, str):
        return text(reason)
    return text.format(subject=reason.subject, before=reason.before, after=reason.after)


def say_why(planned: Planned) -> str:
    """Return why a step is planned so, and how old what it reuses is."""
    stale = "stale: " if planned.stale else ""
    return _add_age(f"{stale}{say_reasons(planned.why)}", say_age(planned.result_age))


def say_step_why(step: StepRun, age: str = "") -> str:
    """Return why a step of a run stands as it does; `age` is that of the result it reuses."""
    return _add_age(say_reasons(step.why), age)


def say_standing(step: StepRun, age: str = "") -> str:
    """Return the error of a failed step, and why another one stands as it does."""
    return say_failure(step.failure) if step.failure else say_step_why(step, age)


def say_trouble(step: StepRun) -> str:
    """Return the error of a failed step, and what blocks a blocked one; "" for others."""
    return say_standing(step) if step.status in {"failed", "blocked"} else ""


def say_failure(failure: Failure) -> str:
    return f"{failure.type}: {failure.message}"


def say_hint(failure: Failure) -> str:
    """Return what to do about a failure, and what changed since the step's last success."""
    advice = say_problem(failure.advice) if failure.advice else ""
    if not failure.last_success:
        return advice
    changed = say_changes(failure)
    hint = f"differs from its last success (run {failure.last_success}): {changed}"
    return f"{advice} {hint}".strip()


def say_changes(failure: Failure) -> str:
    """Return what changed since the step's last success: `parameter n: 2 → 12; code unchanged`."""
    if not failure.changes:
        return "nothing nbflow watches"
    same_code = not any(one.code in _OF_CODE for one in failure.changes)
    return say_reasons(failure.changes) + ("; code unchanged" if same_code else "")


def _add_age(said: str, age: str) -> str:
    return "; ".join(filter(None, (said, age)))


def _say_values(reason: Reason) -> str:
    return f"parameter {reason.subject}: {_show(reason.before)} → {_show(reason.after)}"


def _show(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _say_columns(reason: Reason) -> str:
    gone = [f"column {name} gone" for name in reason.before]
    return f"input {reason.subject}: {', '.join([*gone, *(f'{n} new' for n in reason.after)])}"


def _say_run(reason: Reason) -> str:
    run = f"run {reason.subject}" if reason.subject else "another run"
    return f"waits for {run}, which executes the same"


_LISTED = {"waits", "blocked"}  # said once, with all their subjects
_OF_CODE = {"cell-changed", "more-cells-changed", "cell-removed", "cells-reordered"}
TEXTS: dict[Code, str | Callable[[Reason], str]] = {
    "forced": "forced",
    "cache-off": "cache = false",
    "open-default": "parameter {subject} has no literal default",
    "no-result": "no result yet",
    "unread": "{after}",
    "too-old": lambda reason: f"older than {say_seconds(reason.after)}, as its option cache says",
    "result-removed": "the result for these was removed",
    "not-reusable": "last one not reusable",
    "damaged": "its result is damaged ({before}: {after})",
    "input-damaged": "{subject} was read of a result that was found damaged",
    "cell-changed": "code: cell {after} (`{subject}`)",
    "more-cells-changed": "code: {after} more cells",
    "cell-removed": "code: cell removed (`{subject}`)",
    "cells-reordered": "code: cells in another order",
    "parameter-changed": _say_values,
    "parameter-added": "parameter {subject} added",
    "parameter-removed": "parameter {subject} gone",
    "input-changed": "input {subject} changed",
    "input-added": "input {subject} added",
    "input-removed": "input {subject} gone",
    "pickle-changed": "input {subject} changed (a pickle: equal objects may differ)",
    "columns-changed": _say_columns,
    "rows-changed": "input {subject}: {before} → {after} rows",
    "file-changed": "file {subject} changed",
    "file-added": "file {subject} added",
    "file-removed": "file {subject} gone",
    "opened-changed": "file {subject} changed, which it opened without declaring it",
    "written-changed": "file {subject} is not as {before} left it",
    "module-changed": "module {subject} changed",
    "module-added": "module {subject} added",
    "module-removed": "module {subject} gone",
    "version-changed": "{before} → {after}",
    "waits": "waits for {subject}",
    "waits-for-run": _say_run,
    "unchanged": "unchanged",
    "unwatched": "unchanged; watches nothing but its code and parameters",
    "blocked": "{subject} failed",
    "stopped": "{subject} failed; --keep-going runs what does not depend on it",
}
