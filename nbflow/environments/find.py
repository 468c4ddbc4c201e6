"""The kernelspec that a notebook names, or nbflow's own interpreter in its place."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from nbflow.base.nearest import find_nearest
from nbflow.errors import KernelError
from nbflow.model import Frozen, Problem, make_warning

OWN = "nbflow-own"
OWN_ARGUMENTS = ("-m", "ipykernel_launcher", "-f", "{connection_file}")
_NATIVE = "python3"  # jupyter_client offers it wherever ipykernel is installed


class Kernel(Frozen, frozen=True):
    """A kernel to execute a notebook with.

    `name` is an installed kernelspec, or `nbflow-own`: start either by `make_manager_class`.
    `interpreter` is the absolute path of the program; `command` is how to run Python code there
    (`[*command, "-c", code]`), empty where that is not known. `warning` says so
    where nbflow's own interpreter stands in for the kernel that was named.
    """

    name: str
    language: str
    interpreter: str
    warning: Problem | None = None
    command: tuple[str, ...] = ()
    env: dict[str, str] = {}


def find_kernel(language: str, name: str, strict: str = "") -> Kernel:
    """Return the kernel for a notebook of this language that names this kernelspec.

    `strict` is the step's option `kernel`: that kernelspec and no other. Reads kernelspecs as
    jupyter_client does, without importing it, which would take longer than all of planning.
    Raises KernelError where there is none.
    """
    wanted = (strict or name).lower()
    if spec := _find_spec(wanted):
        return _make_kernel(wanted, spec, fallback=not strict)
    if wanted in (_NATIVE, OWN):
        return _make_own()
    if strict:
        raise make_error("option", strict, **_list(read_specs(), strict))
    if language.lower() == "python":
        return _make_own(name)
    return _find_by_language(language, name, read_specs())


def read_specs() -> dict[str, dict[str, Any]]:
    """Return every installed kernelspec by name: kernel.json's content and `resource_dir`."""
    specs: dict[str, dict[str, Any]] = {}
    for folder in find_folders():
        for file in sorted(folder.glob("*/kernel.json")):
            name = file.parent.name.lower()
            if name not in specs and (spec := _read_spec(file)):
                specs[name] = spec
    return specs


def _find_spec(name: str) -> dict[str, Any] | None:
    """Return one kernelspec, without reading all of them where its folder has its very name."""
    if not re.fullmatch(r"\w[\w.-]*", name):  # "../elsewhere" is no kernelspec
        return None
    files = (folder / name / "kernel.json" for folder in find_folders())
    found = next((spec for file in files if (spec := _read_spec(file))), None)
    return found or read_specs().get(name)


def find_folders() -> list[Path]:
    """Return the folders that kernelspecs lie in, as jupyter_client's manager has them."""
    from jupyter_core.paths import jupyter_path  # noqa: PLC0415  # 30 ms

    ipython = Path(os.environ.get("IPYTHONDIR") or Path.home() / ".ipython")
    return [Path(folder) for folder in (*jupyter_path("kernels"), str(ipython / "kernels"))]


def _read_spec(file: Path) -> dict[str, Any] | None:
    """Return a kernelspec; None where it cannot be read, as jupyter_client leaves it out."""
    try:
        spec = msgspec.json.decode(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # ValueError: also msgspec's
        return None
    if not isinstance(spec, dict) or not spec.get("argv"):
        return None
    return spec | {"resource_dir": str(file.parent)}


def _make_kernel(name: str, spec: dict[str, Any], *, fallback: bool) -> Kernel:
    language = spec.get("language", "")
    argv = [_fill(part, spec) for part in spec["argv"]]
    program = _find_program(argv[0])
    if program is None:
        if fallback and language.lower() == "python":
            return _make_own(name, argv[0])
        raise make_error("broken", name, program=argv[0], **_list(read_specs(), ""))
    argv[0] = program
    env = {str(key): str(value) for key, value in (spec.get("env") or {}).items()}
    command = _make_command(argv) if language.lower() == "python" else ()
    return Kernel(name=name, language=language, interpreter=program, command=command, env=env)


def _fill(part: str, spec: dict[str, Any]) -> str:
    return part.replace("{resource_dir}", spec["resource_dir"]).replace("{prefix}", sys.prefix)


def _find_program(program: str) -> str | None:
    """Return the absolute path; jupyter_client, too, takes a bare `python` as its own."""
    version = sys.version_info
    if program in {"python", f"python{version[0]}", f"python{version[0]}.{version[1]}"}:
        return sys.executable
    return shutil.which(program)


def _make_command(argv: list[str]) -> tuple[str, ...]:
    """Return what stands before `-m ipykernel_launcher`: wrappers (`conda run`, `uv run`) too."""
    if "-m" in argv:
        return tuple(argv[: argv.index("-m")])
    return (argv[0],) if Path(argv[0]).name.lower().startswith(("python", "pypy")) else ()


def _make_own(name: str = "", missing: str = "") -> Kernel:
    """Return nbflow's own interpreter; `missing` is the program that the kernel `name` lacks."""
    facts = {"kernel": name, "program": missing, "steps": []}
    warning = make_warning("other-kernel", **facts) if name else None
    here = sys.executable
    return Kernel(name=OWN, language="python", interpreter=here, warning=warning, command=(here,))


def _find_by_language(language: str, name: str, specs: dict[str, dict[str, Any]]) -> Kernel:
    """Return the kernel of a notebook that names none, if just one kernel has its language."""
    same = [
        at for at, spec in specs.items() if spec.get("language", "").lower() == language.lower()
    ]
    if not name and len(same) == 1:
        return _make_kernel(same[0], specs[same[0]], fallback=False)
    why = "not-installed" if name else "unnamed"
    raise make_error(why, name, language=language or "unknown", **_list(specs, name))


def _list(specs: Iterable[str], name: str) -> dict[str, Any]:
    return {"installed": sorted({*specs, _NATIVE}), "nearest": find_nearest(name, specs)}


def make_error(why: str, kernel: str, **facts: Any) -> KernelError:
    """Return the error that a kernel cannot be used; `why` is one of `present`'s."""
    known = {"why": why, "kernel": kernel, "steps": []}
    return KernelError(problems=[Problem("no-kernel", None, known | facts)])
