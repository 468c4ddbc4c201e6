"""papermill's engine `nbflow`: `papermill in.ipynb out.ipynb --engine nbflow`."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class NbflowEngine:
    """papermill's own engine, less its false statuses.

    papermill loads every installed engine while it is itself half imported. So this class imports
    nothing before it is used, and a fault in ours breaks only those who ask for it.
    """

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        return _load().execute_notebook(nb, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> Any:
        return _load().nb_kernel_name(nb, name)

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> Any:
        return _load().nb_language(nb, language)


def _load() -> Any:
    return import_module("nbflow.executors.local.engine.client").Engine
