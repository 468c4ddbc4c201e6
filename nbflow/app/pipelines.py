"""Finds the pipeline that a user means."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from nbflow.errors import ProjectError
from nbflow.model import Command, Scan
from nbflow.present.places import say_path
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline, read_pipelines


def find_folder(folder: str | Path | None) -> PipelineFolder:
    """Return the pipeline of a folder, None being the one at hand.

    Raises ProjectError, which says what was meant where a step is named instead of a folder.
    """
    if folder and not Path(folder).exists():
        _refuse_step(str(folder))
    if folder and Path(folder).is_file():
        _refuse_notebook(Path(folder))
    pipeline = find_pipeline(folder)
    if folder is None:
        _refuse_choice(pipeline)
    return pipeline


def read_pipeline(folder: str | Path | None) -> tuple[PipelineFolder, Scan]:
    """Return the pipeline of a folder and what it holds."""
    from nbflow.analysis.contract.scan import read_folder  # noqa: PLC0415 - many commands read none

    pipeline = find_folder(folder)
    return pipeline, read_folder(pipeline)


def say_where(pipeline: PipelineFolder) -> str:
    """Return `-C notebooks`, or "" where a command in this folder takes the pipeline by itself."""
    try:
        at_hand = find_pipeline().folder
    except (OSError, ProjectError):  # here; the pipeline itself was found
        at_hand = None
    return "" if at_hand == pipeline.folder else f"-C {shlex.quote(say_path(pipeline.folder))}"


def _refuse_choice(pipeline: PipelineFolder) -> None:
    """Raise ProjectError, which lists the pipelines, where none of several is at hand."""
    known = read_pipelines(pipeline.project) if not pipeline.runs.is_dir() else []
    if len(known) > 1:
        names = ", ".join(os.path.relpath(one.folder) for one in known)
        raise ProjectError(f"Several pipelines were run here: {names}. Name the folder of one.")


def _refuse_step(folder: str) -> None:
    """Raise ProjectError, which says what was meant, where FOLDER is a step."""
    if folder in read_pipeline(None)[1].steps:
        raise ProjectError(
            f"{folder} is a step, and FOLDER names a folder of notebooks. "
            f"--to {folder} runs it and all that it needs, --only {folder} it alone."
        )


def _refuse_notebook(path: Path) -> None:
    """Raise ProjectError, which says what was meant, where FOLDER is a step's notebook."""
    pipeline, scan = read_pipeline(path.parent)
    place = pipeline.project.relative(Path(os.path.realpath(path.parent)) / path.name)
    for step in scan.steps.values():
        if step.path == place:
            raise ProjectError(
                f"{path} is the notebook of the step {step.name}, and FOLDER names the folder of "
                "all. ",
                Command("run", (shlex.quote(str(path.parent)), "--only", step.name)),
                f" runs it alone, --to {step.name} with all that it needs.",
            )
