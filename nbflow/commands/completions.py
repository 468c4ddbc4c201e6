"""Completions of words on a command line: steps, runs, parameters, folders, files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from nbflow import app
from nbflow.commands.command import Context

if TYPE_CHECKING:
    from nbflow.model import Parameter, Scan
    from nbflow.workspace.pipeline_folder import PipelineFolder

_RUNS = 50


def steps(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the steps with what they are."""
    del parameter
    scan = _find_scan(ctx)
    found = scan.steps.values() if scan else ()
    return _match(typed, ((step.name, step.options.description or step.path) for step in found))


def parameters(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the parameters' names, then the values that the named one may take."""
    scan = _find_scan(ctx)
    declared = [one for step in scan.steps.values() for one in step.parameters] if scan else []
    words = ctx.words if isinstance(ctx, Context) and ctx.words else ("",)
    if words[-1] in parameter.opts:
        names = {one.name: f"{one.type} {one.help}".strip() for one in declared}
        return _match(typed, names.items())
    name = words[-1].rpartition(".")[2]
    choices = dict.fromkeys(value for one in declared if one.name == name for value in _values(one))
    return _match(typed, ((value, "") for value in choices))


def runs(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the newest runs by id, and by name where they have one."""
    del parameter
    pipeline = _find_pipeline(ctx)
    if pipeline is None:
        return []
    from nbflow.runs.history import read_run, read_run_ids  # noqa: PLC0415 - completion must start fast

    found = [read_run(pipeline, one) for one in read_run_ids(pipeline, _RUNS)]
    ids = [(run.id, f"{run.status} {run.name}".strip()) for run in found]
    # Of several runs with one name, the newest is meant.
    names = {run.name: f"{run.status} {run.id}" for run in reversed(found) if run.name}
    return _match(typed, [*ids, *names.items(), ("last", "the newest run")])


def runs_and_steps(
    ctx: click.Context, parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Offer both, where the first word may be either."""
    return [*steps(ctx, parameter, typed), *runs(ctx, parameter, typed)]


def folders(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    del ctx, parameter
    return [CompletionItem(typed, type="dir")]


def tags(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    del ctx, parameter
    return _match(typed, app.tag.TAGS.items())


def files(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[CompletionItem]:
    del ctx, parameter
    return [CompletionItem(typed, type="file")]


def _values(parameter: Parameter) -> list[str]:
    if parameter.type.name == "bool":
        return ["true", "false"]
    return [str(value) for value in parameter.type.choices]


def _match(typed: str, offered: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    return [CompletionItem(name, help=text) for name, text in offered if name.startswith(typed)]


def _find_scan(ctx: click.Context) -> Scan | None:
    pipeline = _find_pipeline(ctx)
    if pipeline is None:
        return None
    from nbflow.analysis.contract.scan import read_folder  # noqa: PLC0415 - completion must start fast

    try:
        return read_folder(pipeline)
    except Exception:  # noqa: BLE001 - a shell that completes nothing beats one that complains
        return None


def _find_pipeline(ctx: click.Context) -> PipelineFolder | None:
    from nbflow.workspace.pipeline_folder import find_pipeline  # noqa: PLC0415 - completion must start fast

    try:
        return find_pipeline(ctx.params.get("folder"))
    except Exception:  # noqa: BLE001 - as above
        return None
