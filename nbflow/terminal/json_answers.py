"""Answers as JSON, for programs; each says its `format`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from nbflow.app import answers
from nbflow.errors import NbflowError
from nbflow.model import Planned, Problem, Reason, Scan, Step, formats
from nbflow.present.comparison_texts import say_why
from nbflow.present.problems import say_hint, say_skipped, say_what
from nbflow.present.reasons import say_reason
from nbflow.reports.comparison import Comparison, StepComparison
from nbflow.runs.fold import Run, StepRun


def make_json(answer: answers.Answer) -> dict[str, Any]:
    """Return plain values."""
    return {"format": formats.ANSWER, **_make_body(answer)}


def make_error(error: NbflowError) -> dict[str, Any]:
    """Return an error as it is told on a terminal, with its problems."""
    return {
        "format": formats.ANSWER,
        "error": type(error).__name__,
        "message": str(error),
        "problems": _make_problems(error.problems),
    }


def _make_problems(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return the problems as data, and what is said of each."""
    return [_make_problem(one) for one in problems]


def _make_problem(one: Problem) -> dict[str, Any]:
    return {**_plain(one), "text": say_what(one), "hint": say_hint(one)}


def _make_body(answer: answers.Answer) -> dict[str, Any]:  # noqa: PLR0911 - a case for each answer
    match answer:
        case answers.ShownPlan(plan=plan):
            return {
                "pipeline": plan.pipeline.name,
                "steps": [_make_step(one) for one in plan.steps.values()],
                "outside": [_make_step(one) for one in plan.outside.values()],
                "expected": plan.expected,
                "diffs": dict(answer.diffs),
            }
        case answers.Listed(pipeline=pipeline, scan=scan):
            return {"pipeline": pipeline.name, **_make_scan(scan)}
        case answers.Checked(pipeline=pipeline, scan=scan):
            return {
                "pipeline": pipeline.name,
                "steps": len(scan.steps),
                "problems": _make_problems(scan.problems),
            }
        case answers.Runs(runs=runs):
            return {"runs": [_make_run(run) for run in runs]}
        case answers.ShownRun(run=run):
            return {"run": _make_run(run)}
        case answers.ShownStep():
            return {
                "run": answer.run.id,
                "step": _make_step(answer.step),
                "outputs": _plain(answer.outputs),
                "folder": answer.folder,
            }
        case answers.Compared(comparison=comparison):
            return make_comparison_json(comparison)
        case answers.Cleaned():
            return {"removed": answer.removed, "removable": _plain(answer.removable)}
        case answers.Told(code=code, facts=facts, text=text):
            return {"code": code, **facts, "text": text}
    return {}


def make_comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return what differs between two runs; of pictures only that they differ."""
    runs = {"before": comparison.before, "after": comparison.after}
    made: dict[str, Any] = _plain(comparison)
    made |= {side: _make_compared_run(run) for side, run in runs.items()}
    made["steps"] = [_make_compared_step(one) for one in comparison.steps]
    return made


def _make_compared_run(run: Run) -> dict[str, Any]:
    names = ("id", "name", "status", "started", "seconds", "parameters")
    return {name: _plain(getattr(run, name)) for name in names}


def _make_compared_step(step: StepComparison) -> dict[str, Any]:
    made: dict[str, Any] = _plain(step)
    for side in ("before", "after"):
        state = made[side]
        kept = ("status", "seconds", "result", "failure")
        made[side] = state and {name: state[name] for name in kept}
    for output in made["outputs"]:
        output["pictures"] = output["pictures"] is not None
    figures = sorted({one.cell for one in step.figures})
    return made | {
        "reasons": _make_reasons(step.reasons),
        "figures": figures,
        "text": say_why(step),
    }


def _make_scan(scan: Scan) -> dict[str, Any]:
    steps = scan.steps.values()
    return {
        "steps": [{**_plain(one), "parameters": _make_parameters(one)} for one in steps],
        "skipped": [{**_plain(one), "text": say_skipped(one)} for one in scan.skipped],
        "problems": _make_problems(scan.problems),
    }


def _make_parameters(step: Step) -> list[dict[str, Any]]:
    """Return all but `asked`: what the environment holds may be a secret."""
    return [
        {
            **_plain(replace(one, asked=None)),
            "type": str(one.type),
            "choices": _plain(one.type.choices),
            "bounds": one.type.bounds,
        }
        for one in step.parameters
    ]


def _make_run(run: Run) -> dict[str, Any]:
    return {
        **_plain(run),
        "steps": [_make_step(one) for one in run.steps.values()],
        "stale": {name: _make_reasons(why) for name, why in run.stale.items()},
        "warnings": _make_problems(run.warnings),
        "problem": _make_problem(run.problem) if run.problem else None,
    }


def _make_step(step: Planned | StepRun) -> dict[str, Any]:
    said = {"why": _make_reasons(step.why), "warnings": _make_problems(step.warnings)}
    made: dict[str, Any] = _plain(step) | said
    if isinstance(step, StepRun) and (failure := step.failure):
        made["failure"]["changes"] = _make_reasons(failure.changes)
        made["failure"]["advice"] = _make_problem(failure.advice) if failure.advice else None
    return made


def _make_reasons(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Return each reason's code and facts, and the sentence for people."""
    return [{**_plain(one), "text": say_reason(one)} for one in reasons]


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, enc_hook=str)
