"""Makes the request for a run or a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from nbflow.model import Request, Scan, graph
from nbflow.planning import refuse_wrong
from nbflow.planning.parameter_values import make_forms
from nbflow.planning.selection import select
from nbflow.runs.history import find_run
from nbflow.runs.request_file import read_request
from nbflow.workspace.pipeline_folder import PipelineFolder


def make_request(
    pipeline: PipelineFolder,
    scan: Scan,
    options: Request,
    values: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
) -> Request:
    """Return the options with these values, which are converted once, here, as the steps say.

    `values` are Python objects, or what JSON, YAML or TOML give; `texts` are read as each
    parameter's type says. Raises PipelineError, ParameterError and UnknownNameError.
    """
    refuse_wrong(pipeline, scan)
    selected = select(graph.make_parents(scan.steps), options)
    return replace(options, parameters=make_forms(scan.steps, values, texts or {}, selected))


def read_again(pipeline: PipelineFolder, run: str) -> Request:
    """Return what a run was asked for, less `--force`: what it finished is not run again."""
    request = read_request(pipeline, find_run(pipeline, run).id)
    return replace(request, force=False, force_steps=())
