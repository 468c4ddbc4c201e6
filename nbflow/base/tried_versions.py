"""Which versions of others' packages were tried with what nbflow overrides in them.

Beyond these, and with NBFLOW_PLAIN=1, notebooks are executed by nbclient's and jupyter_client's own
paths, in ordinary kernels: slower, and without nbflow's parts that could be at fault.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path

PLAIN = "NBFLOW_PLAIN"  # an environment variable: 1 switches off what is fenced here
UNTRIED = {  # the first versions that were not tried
    "ipykernel": (8, 0),
    "jupyter_client": (9, 0),
    "nbclient": (0, 12),
    "papermill": (2, 8),
}


def find_plain_reason() -> str:
    """Return why notebooks are executed the plain way, "" where they are not."""
    if os.environ.get(PLAIN, "0") not in {"", "0"}:
        return f"{PLAIN} is set"
    return _find_untried()


@functools.cache
def _find_untried() -> str:
    found = ((name, find_version(name) or "0") for name in UNTRIED)
    beyond = (f"{name} {one}" for name, one in found if read_version(one) >= UNTRIED[name])
    untried = ", ".join(beyond)
    return f"nbflow has not been tried with {untried}" if untried else ""


def read_version(text: str) -> tuple[int, ...]:
    """Return the first two numbers of a version."""
    return tuple(int(part) for part in text.split(".")[:2] if part.isdigit())


def find_version(name: str) -> str | None:
    """Return what is installed of a package: its folder's name tells it 20 ms sooner."""
    from importlib.util import find_spec  # noqa: PLC0415 - a plan asks for no version

    spec = find_spec(name)
    if spec is None or spec.origin is None:
        return None
    folder = next(Path(spec.origin).parents[1].glob(f"{name}-*.dist-info"), None)
    if folder is not None:
        return folder.stem.partition("-")[2]
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version(name)
    except PackageNotFoundError:
        return None
