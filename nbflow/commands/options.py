"""The options that commands share, and the request they make."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from nbflow import app
from nbflow.base.ids import find_name_fault
from nbflow.commands import completions
from nbflow.commands.command import Context, NotebookOption, find_words
from nbflow.commands.parameter_values import read_values
from nbflow.errors import ParameterError
from nbflow.model import Problem, Request, Scan
from nbflow.workspace.pipeline_folder import PipelineFolder

F = TypeVar("F", bound=Callable[..., Any])

in_folder = click.option(
    "-C",
    "--folder",
    metavar="FOLDER",
    shell_complete=completions.folders,
    help="The folder of notebooks; by default the pipeline at hand.",
)


def make_json_option(text: str, *, expose_value: bool = False) -> Callable[[F], F]:
    """Return `--json`, which the context remembers; a command's function rarely needs it."""

    def remember(ctx: Context, _: click.Parameter, chosen: bool) -> bool:  # noqa: FBT001 - click's
        ctx.as_json = chosen
        return chosen

    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        help=text,
        callback=remember,
        expose_value=expose_value,
    )


as_json = make_json_option("JSON, for programs.")
events_json = make_json_option("The run's events, one line of JSON each.")
log = click.option("--log", is_flag=True, help="Show what the notebooks print.")
profile = click.option("--profile", is_flag=True, help="Show where each step's time went.")
run = click.argument("run", required=False, default="last", shell_complete=completions.runs)

_PARAMETERS = [
    click.option(
        "-p",
        "--parameters",
        "typed",
        nargs=2,
        multiple=True,
        metavar="NAME VALUE",
        shell_complete=completions.parameters,
        help="A parameter, read as its type says; STEP.NAME sets it for one step.",
    ),
    click.option(
        "-r",
        "--parameters_raw",
        "raw",
        nargs=2,
        multiple=True,
        metavar="NAME VALUE",
        shell_complete=completions.parameters,
        help="A parameter, as text.",
    ),
    click.option(
        "-f",
        "--parameters_file",
        "files",
        multiple=True,
        metavar="FILE",
        shell_complete=completions.files,
        help="A YAML file of parameters.",
    ),
    click.option(
        "-y", "--parameters_yaml", "yaml", multiple=True, metavar="YAML", help="Parameters as YAML."
    ),
    click.option(
        "-b",
        "--parameters_base64",
        "encoded",
        multiple=True,
        metavar="BASE64",
        help="Parameters as YAML in base64.",
    ),
]
_STEPS = [
    click.option(
        name,
        variable,
        multiple=True,
        metavar="STEP",
        shell_complete=completions.steps,
        help=text,
    )
    for name, variable, text in (
        ("--to", "to", "This step and all that it needs."),
        ("--from", "from_", "This step and all that needs it."),
        ("--only", "only", "This step alone, on the newest results of the others."),
        ("--force-step", "force_steps", "Run this step even if nothing changed."),
    )
]
_HOW = [
    click.option("--force", is_flag=True, help="Run all selected steps even if nothing changed."),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Steps at a time; by default one for each core.",
    ),
    click.option(
        "--keep-going", is_flag=True, help="After a failure, run what does not depend on it."
    ),
    click.option("--name", default="", metavar="NAME", help="A name to find the run by."),
]


def new_name(name: str) -> Callable[[F], F]:
    """Add a new step's name; several words are one name, which is refused with a better one."""
    return click.argument(
        name,
        nargs=-1,
        required=True,
        metavar=name.upper(),
        callback=lambda _, __, words: " ".join(words),
    )


def folder(function: F) -> F:
    """Add FOLDER, which may also be given as `-C FOLDER`, as other commands have it."""
    argument = click.argument(
        "folder", required=False, callback=_choose_folder, shell_complete=completions.folders
    )
    option = click.option(
        "-C",
        "--folder",
        "chosen",
        hidden=True,
        is_eager=True,  # so that it is known when FOLDER is looked at, which takes it away
        shell_complete=completions.folders,
    )
    return argument(option(function))


wait = click.option(
    "--wait",
    is_flag=True,
    cls=NotebookOption,
    help="Return when the run is over; an interrupt cancels it.",
)


def request(function: F) -> F:
    """Add the options of `nbflow run` that `make_request` takes."""
    for option in reversed([*_PARAMETERS, *_STEPS, *_HOW]):
        function = option(function)
    return function


def read_pipeline(folder: str | None) -> tuple[PipelineFolder, Scan]:
    """Return the pipeline of FOLDER and what it holds; print a note if roots compete."""
    pipeline, scan = app.pipelines.read_pipeline(folder)
    if pipeline.project.rivals:
        others = ", ".join(str(root) for root in pipeline.project.rivals)
        note = f"The project's root is {pipeline.project.root}; {others} could have been it too."
        click.secho(note, fg="yellow", err=True)
    return pipeline, scan


def make_request(pipeline: PipelineFolder, scan: Scan, asked: Mapping[str, Any]) -> Request:
    """Return what the options of `request` ask for, its values converted as the steps say."""
    options, (values, texts) = read_options(asked), read_values(asked, scan.steps)
    return app.requests.make_request(pipeline, scan, options, values, texts)


def read_options(asked: Mapping[str, Any]) -> Request:
    """Return the request without its values; raises ParameterError for an unfit name."""
    if fault := find_name_fault(asked["name"]):
        facts = {"name": asked["name"], "why": fault}
        raise ParameterError(problems=[Problem("unusable-run-name", None, facts)])
    return Request(**{name: asked[name] for name in _ASKED}, command=find_words())


_ASKED = ("to", "from_", "only", "force", "force_steps", "jobs", "keep_going", "name")


def _choose_folder(ctx: click.Context, _: click.Parameter, folder: str | None) -> str | None:
    """Return FOLDER or the value of -C. Both may be given if they are the same folder."""
    chosen: str | None = ctx.params.pop("chosen", None)
    if ctx.get_parameter_source("folder") is ParameterSource.DEFAULT_MAP:  # a face's setting
        return chosen or folder
    if folder and chosen and _find_real(folder) != _find_real(chosen):
        raise click.UsageError(f"FOLDER is {folder}, and -C is {chosen}. Give one of them.", ctx)
    return folder or chosen


def _find_real(folder: str) -> str:
    return os.path.realpath(Path(folder).expanduser())


def split_names(*words: str) -> tuple[str, ...]:
    """Return the names that people give as `A,B`, or one at a time."""
    return tuple(name.strip() for one in words for name in one.split(",") if name.strip())
