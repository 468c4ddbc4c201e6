"""What is installed where a kernel runs, asked of its interpreter once."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import platformdirs
import xxhash

from nbflow.base.atomic_files import write_file
from nbflow.environments.find import Kernel, make_error
from nbflow.errors import KernelError
from nbflow.model import Environment, Frozen

if TYPE_CHECKING:
    import subprocess

_SECONDS = 120  # an interpreter on a sleeping network disk may take its time
# Python looks first in the folder where it is started, so that a user's json.py would be executed;
# `os` was imported before it does. A `__future__` at the top of a text would be looked for, too.
CLEAN = """
import os, sys
path = list(sys.path)
library = os.path.realpath(os.path.dirname(os.__file__))
inside = [at for at in path if at and (os.path.realpath(at) + os.sep).startswith(library + os.sep)]
sys.path[:] = [at for at in inside if not at.endswith(("site-packages", "dist-packages"))]
exec({text!r})
main(path)
"""
_OWN = "nbflow"  # a new nbflow alone is no reason to run every step again


class _Answer(Frozen, frozen=True):
    """A cached answer; it holds while the files and folders in `stamps` keep their times."""

    environment: Environment
    stamps: dict[str, int]


def read_environment(kernel: Kernel, *caches: Path) -> Environment:
    """Return the kernel's version, `sys.path` and installed distributions.

    The interpreter is asked once; the answer is kept in the first of `caches` that can be written,
    until the interpreter, a site-packages folder, a variable PYTHON… or the kernelspec changes.
    About 1 ms when kept, 100 ms when not.
    """
    name = f"{_make_name(kernel)}.json"
    files = [cache / "environments" / name for cache in caches]
    kept = next(filter(None, map(_find_kept, files)), None)
    if kept is None:
        kept = _ask(kernel)
        _keep(kept, files)
    return kept.environment


def find_cache() -> Path:
    """Return the user's own folder of caches: a new project need not ask again."""
    return platformdirs.user_cache_path("nbflow", appauthor=False)


def make_environment(environment: Environment, imports: Iterable[str]) -> dict[str, str]:
    """Return the environment's part of a key: language, version, imported distributions.

    `imports` are dotted names; `sklearn.svm` gives `{"sklearn": "scikit-learn 1.9.1"}`. nbflow
    itself does not count, nor does what is not a distribution: that is a module.
    """
    language = environment.language
    part = {"language": language, language.lower(): environment.version}
    for name in sorted({dotted.partition(".")[0] for dotted in imports}):
        if name in environment.distributions and name != _OWN:
            part[name] = environment.distributions[name]
    return part


def _make_name(kernel: Kernel) -> str:
    variables = sorted(item for item in os.environ.items() if item[0].startswith("PYTHON"))
    what = (kernel.interpreter, kernel.command, kernel.env, variables)
    return xxhash.xxh3_128_hexdigest(repr(what).encode())


def _find_kept(file: Path) -> _Answer | None:
    try:
        kept = msgspec.json.decode(file.read_bytes(), type=_Answer)
    except (OSError, msgspec.MsgspecError):  # not asked yet, or by another version of nbflow
        return None
    return kept if kept.stamps == {at: _stamp(at) for at in kept.stamps} else None


def _stamp(path: str) -> int:
    try:
        return Path(path).stat().st_mtime_ns
    except OSError:
        return 0


def _ask(kernel: Kernel) -> _Answer:
    if kernel.command:
        return _ask_python(kernel)
    environment = Environment(language=kernel.language, version=_ask_version(kernel))
    return _Answer(environment, {kernel.interpreter: _stamp(kernel.interpreter)})


def _ask_python(kernel: Kernel) -> _Answer:
    code = CLEAN.format(
        text=Path(__file__).with_name("list_packages.py").read_text(encoding="utf-8")
    )
    said = _run([*kernel.command, "-c", code], kernel)
    try:
        answer = msgspec.json.decode(said.stdout.splitlines()[-1])
    except (IndexError, msgspec.DecodeError) as error:
        said_last = said.stderr.strip()[-500:]
        facts = {"program": kernel.interpreter, "error": said_last or "it prints nothing"}
        raise make_error("silent", kernel.name, **facts) from error
    environment = Environment(
        language=kernel.language,
        version=answer["version"],
        path=tuple(answer["path"]),
        distributions=answer["distributions"],
    )
    stamped = [os.path.realpath(kernel.interpreter), answer["executable"], *answer["installed"]]
    return _Answer(environment, {at: _stamp(at) for at in stamped})


def _ask_version(kernel: Kernel) -> str:
    """Return the first line of `R --version`, `julia --version` …; "" where there is none."""
    try:
        said = _run([kernel.interpreter, "--version"], kernel)
    except KernelError:
        return ""
    return next(iter((said.stdout or said.stderr).splitlines()), "") if not said.returncode else ""


def _run(command: list[str], kernel: Kernel) -> subprocess.CompletedProcess[str]:
    import subprocess  # noqa: PLC0415 - an answer that is kept needs none

    try:
        return subprocess.run(
            command,
            # From Python 3.13 on, modules are imported before the code that -c gives.
            env=os.environ | kernel.env | {"PYTHONSAFEPATH": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise make_error("unstartable", kernel.name, error=str(error)) from error


def _keep(answer: _Answer, files: Iterable[Path]) -> None:
    """Write the answer by a rename; a cache that cannot be written is no reason to stop."""
    why: OSError | None = None
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_file(file, msgspec.json.encode(answer), durable=False)
        except OSError as error:
            why = error
        else:
            return
    reason = (why and why.strerror) or why
    print(  # noqa: T201
        f"nbflow: {file.parent} cannot be written ({reason}), so that what is installed is asked "
        "anew each time, which works and takes longer. XDG_CACHE_HOME names another folder.",
        file=sys.stderr,
    )
