"""The options that commands share, and the request they make."""

from __future__ import annotations

import base64
import binascii
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from nbflow.cli import complete
from nbflow.cli.command import ROOT
from nbflow.errors import ParameterError, ProjectError
from nbflow.model import Request, Scan
from nbflow.project import Project, find_project, read_pipelines
from nbflow.store.ids import find_name_fault
from nbflow.text import shorten

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN = 60  # characters of what was given, in a message
_RUN_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")
_CHOSEN = "nbflow.folder"  # what -C said, where FOLDER may say it too
in_folder = click.option(
    "-C",
    "--folder",
    metavar="FOLDER",
    shell_complete=complete.folders,
    help="The folder of notebooks; by default the pipeline at hand.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="JSON, for programs.")
events_json = click.option(
    "--json", "as_json", is_flag=True, help="The run's events, one line of JSON each."
)
STARTING = "run_id"  # the parameter by which faces tell a command that runs notebooks
WAIT = "nbflow.wait"  # whether a face is to wait, in click's `Context.meta`
profile = click.option("--profile", is_flag=True, help="Show where each step's time went.")
run = click.argument("run", required=False, default="last", shell_complete=complete.runs)

_PARAMETERS = [
    click.option(
        "-p",
        "--parameters",
        "typed",
        nargs=2,
        multiple=True,
        metavar="NAME VALUE",
        shell_complete=complete.parameters,
        help="A parameter, read as its type says; STEP.NAME sets it for one step.",
    ),
    click.option(
        "-r",
        "--parameters_raw",
        "raw",
        nargs=2,
        multiple=True,
        metavar="NAME VALUE",
        shell_complete=complete.parameters,
        help="A parameter, as text.",
    ),
    click.option(
        "-f",
        "--parameters_file",
        "files",
        multiple=True,
        metavar="FILE",
        shell_complete=complete.files,
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
        shell_complete=complete.steps,
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
        "folder", required=False, callback=_choose_folder, shell_complete=complete.folders
    )
    option = click.option(
        "-C",
        "--folder",
        "chosen",
        hidden=True,
        is_eager=True,  # so that it is known when FOLDER is looked at
        expose_value=False,
        callback=_keep_folder,
        shell_complete=complete.folders,
    )
    return argument(option(function))


class _NotebookOption(click.Option):
    """An option that means something in a notebook only; a terminal's help does not show it."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        in_notebook = ctx.find_root().obj is not None
        return (self.opts[0], self.help or "") if in_notebook else None


def starting(function: F) -> F:
    """Add what faces need that start the run as a process and follow it: its id, `--wait`."""
    run_id = click.option(
        "--run-id",
        STARTING,
        hidden=True,
        default="",
        callback=lambda ctx, _, chosen: _take_run_id(ctx, chosen),
    )
    wait = click.option(
        "--wait",
        is_flag=True,
        hidden=True,
        cls=_NotebookOption,
        expose_value=False,
        callback=lambda ctx, _, chosen: ctx.meta.__setitem__(WAIT, chosen),
        help="Return when the run is over; an interrupt cancels it.",
    )
    return run_id(wait(function))


def request(function: F) -> F:
    """Add the options of `nbflow run`, which `make_request` takes."""
    for option in reversed([*_PARAMETERS, *_STEPS, *_HOW]):
        function = option(function)
    return function


def find_folder(folder: str | None) -> Project:
    """Return the pipeline of FOLDER, or the one at hand."""
    if folder and not Path(folder).exists():
        _refuse_step(folder)
    if folder and Path(folder).is_file():
        _refuse_notebook(Path(folder))
    project = find_project(folder)
    if folder is None:
        _refuse_choice(project)
    if (ctx := click.get_current_context(silent=True)) is not None:
        ctx.meta[ROOT] = project.root  # errors name places under it
    return project


def read_pipeline(folder: str | None) -> tuple[Project, Scan]:
    """Return the pipeline of FOLDER and what it holds; say so where roots compete."""
    from nbflow.notebook.scan import read_folder  # noqa: PLC0415 - `--help` must not wait for it

    project = find_folder(folder)
    if project.rivals:
        others = ", ".join(str(root) for root in project.rivals)
        note = f"The project's root is {project.root}; {others} could have been it too."
        click.secho(note, fg="yellow", err=True)
    return project, read_folder(project)


def make_request(asked: Mapping[str, Any], steps: Iterable[str]) -> Request:
    """Return what was asked for; `-b < -f < -y < -p < -r`, as papermill has it.

    `steps` are the pipeline's, to tell a forgotten `--force-step`.
    """
    if fault := find_name_fault(asked["name"]):
        raise ParameterError(f"--name {asked['name']}: {fault} Choose another name.")
    values: dict[str, Any] = {}
    for text in asked["encoded"]:
        values |= _parse_yaml(_decode(text), f"-b {shorten(text, _SHOWN)}")
    for path in asked["files"]:
        values |= _parse_yaml(_read_text(path, steps), path)
    for text in asked["yaml"]:
        values |= _parse_yaml(text, f"-y {shorten(text, _SHOWN)}")
    raw = dict(asked["raw"])
    typed = {name: text for name, text in asked["typed"] if name not in raw}
    return Request(
        parameters={name: value for name, value in values.items() if name not in typed} | raw,
        text_parameters=typed,
        to=asked["to"],
        from_=asked["from_"],
        only=asked["only"],
        force=asked["force"],
        force_steps=asked["force_steps"],
        jobs=asked["jobs"],
        keep_going=asked["keep_going"],
        name=asked["name"],
    )


def _keep_folder(ctx: click.Context, _: click.Parameter, chosen: str | None) -> None:
    ctx.meta[_CHOSEN] = chosen


def _choose_folder(ctx: click.Context, _: click.Parameter, folder: str | None) -> str | None:
    """Return FOLDER or what -C says; both may be given where they are the same."""
    chosen: str | None = ctx.meta.get(_CHOSEN)
    if ctx.get_parameter_source("folder") is ParameterSource.DEFAULT_MAP:  # a face's setting
        return chosen or folder
    if folder and chosen and _find_real(folder) != _find_real(chosen):
        raise click.UsageError(f"FOLDER is {folder}, and -C is {chosen}. Give one of them.", ctx)
    return folder or chosen


def _find_real(folder: str) -> str:
    return os.path.realpath(Path(folder).expanduser())


def _take_run_id(ctx: click.Context, chosen: str) -> str:
    """Return the id; the command that a run remembers is what its user typed."""
    if chosen and not _RUN_ID.fullmatch(chosen):
        raise click.UsageError(f"--run-id {chosen} is no id that nbflow makes.", ctx)
    typed = list(ctx.meta.get("nbflow.command", ()))
    if chosen and "--run-id" in typed:
        at = typed.index("--run-id")
        ctx.meta["nbflow.command"] = (*typed[:at], *typed[at + 2 :])
    return chosen


def _refuse_choice(project: Project) -> None:
    """Say which pipelines there are where none of several is at hand."""
    known = read_pipelines(project) if not project.runs.is_dir() else []
    if len(known) > 1:
        names = ", ".join(os.path.relpath(one.folder) for one in known)
        raise ProjectError(f"Several pipelines were run here: {names}. Name the folder of one.")


def _refuse_step(folder: str) -> None:
    """Say what was meant where FOLDER is not one but a step."""
    from nbflow.notebook.scan import read_folder  # noqa: PLC0415 - only to explain an error

    if folder in read_folder(find_project()).steps:
        raise ProjectError(
            f"{folder} is a step, and FOLDER names a folder of notebooks. "
            f"--to {folder} runs it and all that it needs, --only {folder} it alone."
        )


def _refuse_notebook(path: Path) -> None:
    """Say what was meant where FOLDER is not one but a step's notebook."""
    from nbflow.notebook.scan import read_folder  # noqa: PLC0415 - only to explain an error

    project = find_project(path.parent)
    place = project.relative(Path(os.path.realpath(path.parent)) / path.name)
    for step in read_folder(project).steps.values():
        if step.path == place:
            raise ProjectError(
                f"{path} is the notebook of the step {step.name}, and FOLDER names the folder of "
                f"all. `nbflow run {shlex.quote(str(path.parent))} --only {step.name}` runs it "
                f"alone, --to {step.name} with all that it needs."
            )


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ParameterError(
            f"-b {shorten(text, _SHOWN)} is not base64 of YAML text: {error}. "
            "Make it with `base64 -w0 FILE`."
        ) from error


def _read_text(path: str, steps: Iterable[str]) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ParameterError(f"-f {path} is not a text file in UTF-8: {error.reason}.") from error
    except OSError as error:
        if path in steps:
            raise ParameterError(
                f"-f names a YAML file of parameters, and {path} is a step. "
                f"To run it even if nothing changed: --force-step {path}."
            ) from error
        raise ParameterError(f"-f {path} cannot be read: {error.strerror}.") from error


def _parse_yaml(text: str, source: str) -> dict[str, Any]:
    from yaml import YAMLError  # noqa: PLC0415 - only where YAML is given

    from nbflow.cli.yaml import read_yaml  # noqa: PLC0415

    try:
        values = read_yaml(text)
    except YAMLError as error:
        raise ParameterError(f"{source}: this is not YAML. {error}") from error
    except ValueError as error:
        raise ParameterError(f"{source}: {error}.") from error
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise ParameterError(
            f"{source}: parameters are written as `name: value`, "
            f"and this is {shorten(repr(values), _SHOWN)}."
        )
    return values
