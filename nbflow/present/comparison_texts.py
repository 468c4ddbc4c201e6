"""What differs between two runs, in sentences for every face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nbflow.base.text import say_bytes, say_count, say_seconds, shorten
from nbflow.model import Output
from nbflow.present.reasons import say_reason
from nbflow.present.run_lines import find_took
from nbflow.present.table_differences import say_difference
from nbflow.present.values import say_value
from nbflow.reports.comparison import (
    Change,
    CodeChange,
    Comparison,
    LineKind,
    OutputComparison,
    StepComparison,
    ValueChange,
)
from nbflow.runs.fold import StepRun

ARROW = "→"
SIGNS: dict[LineKind, str] = {"added": "+ ", "removed": "- ", "same": "  "}
_LONGEST = 40  # characters of a value
_GOOD = {"done", "reused"}
_LISTED = 12  # steps that are named


def say_runs(comparison: Comparison) -> str:
    """Return how the runs are called: `first → second`."""
    runs = comparison.before, comparison.after
    return f" {ARROW} ".join(run.name or run.id for run in runs)


def say_same(comparison: Comparison) -> str:
    """Return which steps do not differ; "" where all do."""
    count = len(comparison.same)
    if not count:
        return ""
    names = ", ".join(comparison.same[:_LISTED])
    more = f" and {count - _LISTED} more" if count > _LISTED else ""
    if not comparison.steps and count == 1:
        return f"Nothing differs: {names} has the same result."
    if not comparison.steps:
        return f"Nothing differs: all {say_count(count, 'step')} have the same results."
    have = "step has the same result" if count == 1 else "steps have the same results"
    return f"{count} {have}: {names}{more}"


def say_sides(before: Any, after: Any) -> str:
    """Return `2 → 3`; a side that is None is not there."""
    if before is None:
        return f"{_say(after)}, added"
    if after is None:
        return f"gone, it was {_say(before)}"
    return f"{_say(before)} {ARROW} {_say(after)}"


def say_kept(change: Change) -> str:
    """Return what happened to a file or a module, whose content no line can show."""
    return "added" if change.before is None else "gone" if change.after is None else "changed"


def say_steps(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _LISTED} more" if len(listed) > _LISTED else ""
    return f"{', '.join(listed[:_LISTED])}{more}"


def say_times(step: StepComparison) -> str:
    """Return what the step took in both runs: `7.4 s → reused`."""
    sides = [_say_time(one) for one in (step.before, step.after)]
    return sides[0] if sides[0] == sides[1] else f" {ARROW} ".join(one or "-" for one in sides)


def say_why(step: StepComparison) -> str:
    """Return why the step differs: what it depends on, and how it ended."""
    if step.kind in {"added", "removed"}:
        return f"only in the {'later' if step.kind == 'added' else 'earlier'} run"
    code = [say_code(step.code)] if step.code else []
    inputs = [one.subject for one in step.reasons if one.code == "input-changed"]
    others = [one for one in step.reasons if one.code != "input-changed"]
    said = [*_say_statuses(step), *code, *map(say_reason, others), *_say_inputs(inputs)]
    if not said and step.kind == "different":
        return "nothing that nbflow watches"
    if step.kind == "same":
        return "it has the same result"
    same = ["what it wrote is the same"] if _wrote_same(step) else []
    return "; ".join([*said, *same])


def _wrote_same(step: StepComparison) -> bool:
    good = all(one is not None and one.status in _GOOD for one in (step.before, step.after))
    return good and not step.figures and all(one.kind == "equal" for one in step.outputs)


def _say_inputs(refs: Sequence[str]) -> list[str]:
    """Return `inputs train.scores, train.split changed` for all of them."""
    if not refs:
        return []
    return [f"input{'s' if len(refs) > 1 else ''} {', '.join(refs)} changed"]


def say_code(changes: tuple[CodeChange, ...]) -> str:
    """Return `code: cell 4` or `code: 3 cells`."""
    if len(changes) == 1:
        return f"code: {say_cell(changes[0])}"
    return f"code: {len(changes)} cells"


def say_cell(change: CodeChange) -> str:
    """Return which cell changed: `cell 4`, `cell 4, which was cell 3`, `cell 4, new`."""
    if change.before is None:
        return f"cell {change.after}, new"
    if change.after is None:
        return f"cell {change.before}, gone"
    was = f", which was cell {change.before}" if change.before != change.after else ""
    return f"cell {change.after}{was}"


def say_output(output: OutputComparison) -> str:
    """Return in one sentence how an output differs."""
    before, after = output.before, output.after
    if output.table is not None:
        return say_difference(output.table.difference)
    if after is None:
        return "gone"
    if before is None:
        return f"new, {_describe(after)}"
    if output.kind == "unreadable":
        return "it cannot be read"
    if output.kind == "equal":
        return "equal"
    if before.kind != after.kind:
        return f"{_describe(before)} {ARROW} {_describe(after)}"
    return _say_difference(output, before, after)


def say_value_change(change: ValueChange) -> tuple[str, str]:
    """Return where a value differs, and how."""
    if change.kind == "added":
        return change.path, f"{_say(change.after)}, added"
    if change.kind == "removed":
        return change.path, f"gone, it was {_say(change.before)}"
    return change.path, f"{_say(change.before)} {ARROW} {_say(change.after)}"


def _say(value: Any) -> str:
    return shorten(say_value(value), _LONGEST)


def _say_time(step: StepRun | None) -> str:
    if step is None:
        return ""
    return say_seconds(find_took(step.seconds, step.spent)) or step.status


def _say_statuses(step: StepComparison) -> list[str]:
    """Return how the step ended, where that differs for another reason than reuse."""
    statuses = [one.status for one in (step.before, step.after) if one]
    sides = ["done" if one in _GOOD else one for one in statuses]
    if len(set(sides)) == 1:
        return []
    return [f" {ARROW} ".join(sides)]


def _describe(output: Output) -> str:
    size = say_count(output.rows, "row") if output.rows is not None else say_bytes(output.bytes)
    return f"{output.kind}, {size}"


def _say_difference(output: OutputComparison, before: Output, after: Output) -> str:
    if output.values:
        count = len(output.values) + output.more
        return f"{say_count(count, 'value')} {'differs' if count == 1 else 'differ'}"
    if output.pictures is not None:
        return "another picture"
    if before.kind == "figure":
        return "the same picture of other data"
    if before.kind == "pickle":
        return f"other bytes, {_say_sizes(before, after)} (a pickle: equal objects may differ)"
    if output.lines:
        changed = sum(line.kind != "same" for line in output.lines)
        return f"{say_count(changed, 'line')} {'differs' if changed == 1 else 'differ'}"
    return f"another content, {_say_sizes(before, after)}"


def _say_sizes(before: Output, after: Output) -> str:
    sizes = say_bytes(before.bytes), say_bytes(after.bytes)
    return sizes[0] if sizes[0] == sizes[1] else f" {ARROW} ".join(sizes)
