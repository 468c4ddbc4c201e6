"""Which requests the same child can serve, and which variables a fork cannot change."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbflow.executors.local.forkserver.messages import Request

# A kernel does nothing before its first cell that depends on these.
VOLATILE = frozenset({"NBFLOW_JOB", "NBFLOW_WITHIN", "JPY_SESSION_NAME", "JPY_PARENT_PID"})
HISTORY = "--HistoryManager.hist_file="
# Read once, when Python starts or a library is imported: a fork cannot change them.
FROZEN = (
    "ARROW_", "BLIS_", "DEBUGPY_", "GLIBC_", "GOMP_", "GOTO_", "HOME", "IN_SPHINX_RUN", "IPYTHON_",
    "JE_", "JOBLIB_", "JUPYTER_ALLOW_INSECURE_WRITES", "JUPYTER_PLATFORM_DIRS",
    "JUPYTER_USE_PROGRAMDATA", "KMP_", "LANG", "LC_", "LD_", "LOKY_", "MALLOC_", "MIMALLOC_",
    "MKL_", "NPY_", "NUMEXPR_", "NUMPY_", "OMP_", "OPENBLAS_", "PANDAS_", "PSUTIL_", "PYARROW_",
    "PYDEVD_", "PYTHON", "PYZMQ_", "SCIPY_", "SKLEARN_", "TORNADO_", "TRAITLETS_",
)  # fmt: skip
LATE = frozenset(  # read when needed
    {
        "JOBLIB_TEMP_FOLDER", "LOKY_MAX_CPU_COUNT", "PYTHONBREAKPOINT", "PYTHONINSPECT",
        "PYTHONSTARTUP",
    }
)  # fmt: skip
# What the fork server itself sets before it imports: no threads of jemalloc's.
CURES = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}

Pattern = tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]


def make_pattern(request: Request) -> Pattern:
    env = tuple(sorted((k, v) for k, v in request.env.items() if k not in VOLATILE))
    return request.cwd, request.arguments, env


def find_difference(env: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """Return a variable that a fork cannot set any more, "" if there is none."""
    ours, theirs = read_frozen(env), read_frozen(wanted)
    return next((name for name in sorted(ours | theirs) if ours.get(name) != theirs.get(name)), "")


def may_prepare(request: Request) -> bool:
    """Tell whether a kernel can be prepared before it is requested.

    It cannot if it reads a user's code or settings at its start: these must see the time and the
    environment of the kernel that they are for.
    """
    if request.role != "kernel":
        return False
    plain = all(argument.startswith(HISTORY) for argument in request.arguments)
    startup = request.env.get("PYTHONSTARTUP") or any(_find_settings(request.env))
    return plain and not request.connection and not startup


def read_frozen(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a fork cannot set any more."""
    found = {k: v for k, v in env.items() if k.startswith(FROZEN) and k not in LATE}
    return {k: v for k, v in found.items() if CURES.get(k) != v}


def _find_settings(env: Mapping[str, str]) -> Iterator[Path]:
    home = Path(env.get("IPYTHONDIR") or Path(env.get("HOME", "/"), ".ipython"))
    profile = home / "profile_default"
    yield from (file for file in (profile / "startup").glob("*") if file.suffix in {".py", ".ipy"})
    shared = (Path(sys.prefix, "etc"), Path("/etc"), Path("/usr/local/etc"))
    for folder in (profile, *(place / "ipython" for place in shared)):
        yield from folder.glob("ipython_*config.*")
