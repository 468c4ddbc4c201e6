"""Answers as rich renderables: pure, for the terminal and for text and HTML elsewhere."""

from __future__ import annotations

from rich.console import RenderableType

from nbflow.cli import answers
from nbflow.cli.render import plans, runs, steps, words


def make_text(answer: answers.Answer) -> RenderableType:  # noqa: C901, PLR0911 - a case each
    """Return what a person reads."""
    match answer:
        case answers.ShownPlan():
            return plans.make_plan(answer.plan, answer.diffs, every=answer.every)
        case answers.Listed():
            where = words.say_where(answer.project)
            return steps.make_steps(answer.scan, answer.project.root, where)
        case answers.Checked():
            return steps.make_check(answer.scan, answer.project.root)
        case answers.Executed():
            return runs.make_outcome(answer.run, answer.next, words.say_where(answer.project))
        case answers.Runs():
            return runs.make_runs(answer.runs)
        case answers.ShownRun():
            return runs.make_run(answer.run, words.say_where(answer.project))
        case answers.ShownStep():
            return runs.make_step(answer)
        case answers.Told():
            return words.stack(words.make_line(answer.text), words.make_next(answer.next))
        case answers.Cleaned():
            return runs.make_cleaned(answer)
        case answers.Queried():
            from nbflow.cli import tables  # noqa: PLC0415 - only to query

            return tables.make_rows(answer)
    raise TypeError(answer)
