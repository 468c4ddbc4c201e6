"""Finds executors by name: ours, and those of installed packages by their entry points."""

from __future__ import annotations

from collections.abc import Callable

from nbflow.errors import RunError, UnknownNameError
from nbflow.executors.protocol import Executor, Setup

GROUP = "nbflow.executors"
Factory = Callable[[Setup], Executor]


def load_executor(name: str) -> Factory:
    """Return what makes the executor of this name.

    Raises UnknownNameError, which lists those that are installed, and RunError for one that
    cannot be imported.
    """
    if name in OWN:
        return OWN[name]
    from importlib.metadata import entry_points  # noqa: PLC0415 - 30 ms, for others' only

    found = {point.name: point for point in entry_points(group=GROUP)}
    if name not in found:
        installed = ", ".join(sorted({*found, *OWN}))
        raise UnknownNameError(
            f'No executor "{name}"; installed: {installed}. The setting `executor` names it.'
        )
    try:
        factory: Factory = found[name].load()
    except Exception as error:
        raise RunError(f'The executor "{name}" cannot be loaded: {error!r}.') from error
    return factory


def _make_local(setup: Setup) -> Executor:
    from nbflow.executors.local.pool import LocalExecutor  # noqa: PLC0415 - not where all is reused

    return LocalExecutor(setup)


OWN: dict[str, Factory] = {"local": _make_local}
