"""Finds out by hand which notebook this is, which project it is in, and which step it is."""

from __future__ import annotations

import itertools
import os
import re
import sys
from pathlib import Path

from nbflow.base.names import make_name
from nbflow.model import Frozen
from nbflow.notebook_api import session
from nbflow.notebook_api.executed_notebooks import Executed, find_source, read_executed
from nbflow.notebook_api.jupyter_server import ask_session
from nbflow.notebook_api.messages import find_shell
from nbflow.notebook_api.tagged_notebooks import has_step
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline_at_hand, read_pipelines
from nbflow.workspace.project import is_root

_UNTITLED = re.compile(r"Untitled\d*\.")  # a name that the next new notebook may have


class Here(Frozen, frozen=True):
    """What is known of this notebook; `executed` is set for a copy of a run's notebook."""

    notebook: Path | None = None
    pipeline: PipelineFolder | None = None
    executed: Executed | None = None

    @property
    def folder(self) -> Path:
        """The folder that relative paths start at: the author's notebook's."""
        if self.notebook is None:
            return Path.cwd()
        root = self.pipeline.project.root if self.executed and self.pipeline else None
        source = find_source(root, self.notebook) if root else None
        return (source or self.notebook).parent

    @property
    def step(self) -> str:
        if self.executed:
            return self.executed.step
        return make_name(self.notebook.stem) if self.notebook else ""


def find_here() -> Here:
    """Return what is known of this notebook now: the directory may change between calls."""
    notebook = find_notebook()
    executed = read_executed(notebook) if notebook else None
    folders = [notebook.parent, Path.cwd()] if notebook else [Path.cwd()]
    projects = (_find_home(folder) for folder in folders)
    return Here(notebook, next((one for one in projects if one is not None), None), executed)


def find_notebook() -> Path | None:
    """Return the file that is being executed, None where no front end tells.

    VS Code sets a variable. papermill is found as the parent process. It comes before Jupyter's
    variable: a papermill that was started in a notebook passes that notebook's variable on. The
    variable has the name at the kernel's start, so the server is asked for the name now.
    """
    if find_shell() is None:
        return _find_script()
    at_start = os.environ.get("JPY_SESSION_NAME", "")
    told = (getattr(sys.modules["__main__"], "__vsc_ipynb_file__", ""), _find_papermill())
    found = next((found for path in told if path and (found := _resolve(path))), None)
    if found is not None or not at_start:
        return found
    named = None if _UNTITLED.match(Path(at_start).name) else _resolve(at_start)
    return named or ask_session() or _resolve(at_start)


def _resolve(path: str) -> Path | None:
    """Return the file; a front end may name it relative to its own root, or by an older name."""
    known = session.current.notebooks
    candidates = (known.get(path), Path(path), Path.cwd() / Path(path).name)
    found = next((one.absolute() for one in candidates if one and one.is_file()), None)
    if found:
        known[path] = found
    return found


def _find_script() -> Path | None:
    """Return the plain script that runs, unless it is part of the installation, as pytest is."""
    script = Path(getattr(sys.modules["__main__"], "__file__", None) or "")
    inside = script.absolute().is_relative_to(sys.prefix)
    return script.absolute() if script.suffix == ".py" and not inside else None


def _find_papermill() -> str:
    """Return the notebook on the command line of a parent `papermill in.ipynb out.ipynb`."""
    parent = Path(f"/proc/{os.getppid()}")
    try:
        words = [os.fsdecode(word) for word in (parent / "cmdline").read_bytes().split(b"\0")]
        folder = (parent / "cwd").resolve()
        variables = (parent / "environ").read_bytes().split(b"\0")
    except OSError:
        return ""  # not Linux: the project is then looked for from the current directory
    if not any(Path(word).name == "papermill" for word in words):
        return ""
    folders = _find_starts(words, folder, variables)
    notebooks = (at / word for word in words if word.endswith(".ipynb") for at in folders)
    found = next((path for path in notebooks if path.is_file()), None)
    return str(found.parent.resolve() / found.name) if found is not None else ""


def _find_starts(words: list[str], folder: Path, variables: list[bytes]) -> list[Path]:
    """Return the folders where a process in `folder` may have started, the likeliest first.

    papermill changes to the folder of `--cwd`; its other arguments are relative to the folder
    before that.
    """
    after = itertools.pairwise(words)
    given = [word for option, word in after if option == "--cwd"]
    given += [word.removeprefix("--cwd=") for word in words if word.startswith("--cwd=")]
    if not given or Path(given[-1]).is_absolute():
        moved = [folder]
    else:
        down = Path(os.path.normpath(given[-1])).parts
        above = [at for at in (folder, *folder.parents) if Path(at, *down).resolve() == folder]
        moved = [*above, folder]
    told = [os.fsdecode(one[4:]) for one in variables if one.startswith(b"PWD=")]
    started = [Path(at) for at in told if given and Path(at, given[-1]).resolve() == folder]
    return [*started, *moved]


def _find_home(folder: Path) -> PipelineFolder | None:
    """Return the pipeline that holds the folder, None where there is no project.

    A folder with a step is a pipeline before its first run too.
    """
    pipeline = find_pipeline_at_hand(folder)
    if not is_root(pipeline.project.root) and not has_step(folder):
        return None
    if folder.is_relative_to(pipeline.project.store):  # a run's own notebook, opened where it lies
        pipelines = read_pipelines(pipeline.project)
        return next((one for one in pipelines if folder.is_relative_to(one.home)), pipeline)
    return pipeline
