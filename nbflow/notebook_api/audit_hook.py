"""Runs inside a kernel: notes which files Python reads and writes and what modules it imports.

A kernel gets this file as text (see `nbflow.notebook_api.import_audit`): its environment may lack
nbflow. The file uses the standard library alone, and nothing that needs a recent Python.
"""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False  # as in typing, which takes 8 ms to load where nothing else did
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "NBFLOW_JOB"
MODULE = "_nbflow_watch"  # what this file is in a kernel's sys.modules
SESSION = "nbflow.notebook_api.session"
_MOST = 20_000  # paths kept, so that a step that opens millions does not fill the memory
_INSTALLED = ("site-packages", "dist-packages", "__pycache__", "node_modules")
_NOT_OURS = ("__main__", "__mp_main__", "nbflow", MODULE)
_NOTED = ("open", "os.rename", "os.link")
_SETTINGS = ("nbflow.toml", "pyproject.toml")  # nbflow's own reading

job = ""  # the path of job.json
last_before = ""  # in a forked kernel: the last module that was imported before the fork
declared: set[str] = set()  # paths that `nbflow.file` gave
_root = ""
_own: list[str] = []  # the folders of the job and its inputs
_opened: dict[str, None] = {}
_written: set[str] = set()


def start() -> None:
    """Take the job's path out of the environment and begin to listen; once per process."""
    global job, _root  # noqa: PLW0603 - the state of the one watch of a process
    if job or not os.environ.get(VARIABLE):
        return
    job = os.environ.pop(VARIABLE)
    with open(job, encoding="utf-8") as file:  # noqa: PTH123 - pathlib may not be loaded
        described = json.load(file)
    _root = os.path.join(os.path.realpath(described["root"]), "")  # noqa: PTH118
    folders = [described["folder"], *(one["folder"] for one in described["inputs"].values())]
    _own.extend(os.path.join(os.path.realpath(folder), "") for folder in folders)  # noqa: PTH118
    if hasattr(sys, "addaudithook"):
        sys.addaudithook(_note)


def report() -> str:
    """Return JSON: {"modules": {name: file}, "opened": [files of the project, not declared]}.

    And "wrote": the project's files that were written; "reading" and "writing": the seconds of
    nbflow's calls, where it was imported.
    """
    modules = _find_modules()
    session = getattr(sys.modules.get(SESSION), "current", None)
    spent = session.clock.spent if session else {}
    opened = _find_opened(set(modules.values()))
    wrote = [path for path in sorted(map(os.path.realpath, _written)) if _is_of_project(path)]
    return json.dumps({"modules": modules, "opened": opened, "wrote": wrote, **spent})


def _note(event: str, args: tuple[Any, ...]) -> None:
    """Note an open. It is called for every audit event of every thread, and must never raise."""
    if event not in _NOTED:
        return
    try:
        if event != "open":  # the target of a rename or link holds what was written elsewhere
            _add(args[1], written=True)
        elif not isinstance(args[0], int):
            _add(args[0], written=bool(args[2] & (os.O_WRONLY | os.O_RDWR)))
    except Exception:  # noqa: BLE001, S110 - an exception here would fail the user's own open
        pass


def _add(path: Any, *, written: bool) -> None:
    path = os.fsdecode(path)
    if path.endswith(".pyc") or len(_opened) + len(_written) >= _MOST:
        return
    if written:
        _written.add(os.path.abspath(path))  # noqa: PTH100
    else:
        _opened[os.path.abspath(path)] = None  # noqa: PTH100


def _find_modules() -> dict[str, str]:
    """Return the imported modules outside the standard library and site-packages."""
    library = os.path.join(os.path.dirname(os.__file__), "")  # noqa: PTH118, PTH120
    found: dict[str, str] = {}
    for name in _find_names():
        # vars, not getattr: a lazy module would import itself.
        file = getattr(sys.modules.get(name), "__dict__", {}).get("__file__")
        if isinstance(file, str) and _is_project_module(name, file, library):
            found[name] = os.path.abspath(file)  # noqa: PTH100
    return found


def _find_names() -> list[str]:
    """Return the names of modules; in a forked kernel only of those imported since.

    The others are libraries, and looking at a thousand copies as many pages: 7 ms. The newest are
    the last of sys.modules.
    """
    names: list[str] = []
    try:
        for name in reversed(sys.modules):
            if name == last_before:
                return names[::-1]
            names.append(name)
    except RuntimeError:  # a thread imports something just now
        pass
    return list(sys.modules)


def _is_project_module(name: str, file: str, library: str) -> bool:
    """Tell the few from a thousand; the disk is asked last."""
    if file.startswith(library) or any(part in file for part in _INSTALLED):
        return False
    return name.partition(".")[0] not in _NOT_OURS and os.path.isfile(file)  # noqa: PTH113


def _find_opened(modules: set[str]) -> list[str]:
    """Return the project's files that were read without being declared or written here."""
    known = {os.path.realpath(path) for path in (*declared, *_written, *modules)}
    read = dict.fromkeys(os.path.realpath(path) for path in list(_opened))
    return [path for path in read if _is_of_project(path) and not _is_known(path, known)]


def _is_of_project(path: str) -> bool:
    if not path.startswith(_root) or any(path.startswith(folder) for folder in _own):
        return False
    *folders, name = path[len(_root) :].split(os.sep)  # noqa: PTH206
    hidden = any(part.startswith(".") or part in _INSTALLED for part in folders)
    settings = not folders and name in _SETTINGS
    return not hidden and not settings and os.path.isfile(path)  # noqa: PTH113


def _is_known(path: str, known: set[str]) -> bool:
    return path in known or any(_is_under(path, folder) for folder in known)


def _is_under(path: str, folder: str) -> bool:
    return path.startswith(os.path.join(folder, ""))  # noqa: PTH118
