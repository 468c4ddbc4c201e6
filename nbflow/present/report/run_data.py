"""A run as JSON in its report: so that programs, and people, can compare two reports."""

from __future__ import annotations

from typing import Any

from nbflow.model import Output
from nbflow.reports.facts import Report, ReportStep

FORMAT = 1


def make_run_data(report: Report) -> dict[str, Any]:
    """Return what a report says of its run, without outputs and code."""
    run = report.run
    return {
        "format": FORMAT,
        "run": {
            "id": run.id,
            "pipeline": run.pipeline,
            "name": run.name,
            "status": run.status,
            "started": run.started,
            "seconds": run.seconds,
        },
        "title": report.title,
        "numbers": report.numbers,
        "parameters": {one.name: one.value for one in report.settings},
        "code": report.code,
        "environment": report.environment,
        "chain": report.chain,
        "steps": [_make_step(one) for one in report.steps],
    }


def _make_step(step: ReportStep) -> dict[str, Any]:
    state = step.state
    outputs = state.outputs or tuple(one.output for one in step.outputs)
    return {
        "step": str(state.task),
        "status": state.status,
        "notebook": state.path,
        "begin": step.begin,
        "seconds": state.seconds,
        "spent": state.spent,
        "why": state.why,
        "result": state.result,
        "parameters": step.parameters,
        "sources": step.sources,
        "outputs": [_make_output(one) for one in outputs],
        "error": f"{state.failure.type}: {state.failure.message}" if state.failure else None,
        "versions": step.environment,
    }


def _make_output(one: Output) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "hash": one.hash,
        "bytes": one.bytes,
        "rows": one.rows,
        "columns": one.columns,
    }
