"""Answers as rich renderables: pure, for the terminal and for text and HTML elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType

from nbflow.app import answers
from nbflow.app.folders import say_where
from nbflow.runs.fold import StepRun
from nbflow.terminal import parts, plans, profile, runs, steps


def make_text(answer: answers.Answer) -> RenderableType:  # noqa: C901, PLR0911 - a case each
    """Return what a person reads."""
    match answer:
        case answers.ShownPlan():
            return plans.make_plan(answer.plan, answer.diffs, every=answer.every)
        case answers.Listed():
            where = say_where(answer.project)
            return steps.make_steps(answer.scan, answer.project.root, where)
        case answers.Checked():
            return steps.make_check(answer.scan, answer.project.root)
        case answers.Executed():
            outcome = runs.make_outcome(answer.run, answer.next, say_where(answer.project))
            return _add_profile(outcome, answer.run.steps.values(), answer)
        case answers.Runs():
            return runs.make_runs(answer.runs)
        case answers.ShownRun():
            run = runs.make_run(answer.run, say_where(answer.project))
            return _add_profile(run, answer.run.steps.values(), answer)
        case answers.ShownStep():
            return _add_profile(runs.make_step(answer), [answer.step], answer)
        case answers.Told():
            return parts.stack(parts.make_line(answer.text), parts.make_next(answer.next))
        case answers.Cleaned():
            return runs.make_cleaned(answer)
        case answers.Queried():
            from nbflow.terminal import tables  # noqa: PLC0415 - only to query

            return tables.make_rows(answer)
    raise TypeError(answer)


def _add_profile(
    part: RenderableType,
    steps: Iterable[StepRun],
    answer: answers.Executed | answers.ShownRun | answers.ShownStep,
) -> RenderableType:
    """Return the part, and where the time of these steps went, if that was asked for."""
    jobs = answer.run.jobs
    return parts.stack(part, "", profile.make_profile(steps, jobs)) if answer.profile else part
