"""Makes real notebooks and projects for tests: the test holds its input."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline

Notebook = dict[str, Any]
PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def write_pipeline(
    tmp_path: Path,
    /,
    *,
    toml: str = "",
    files: Mapping[str, Sequence[Notebook] | Notebook | str | bytes] = {},
    **notebooks: Sequence[Notebook] | Notebook,
) -> PipelineFolder:
    """Write `notebooks/NAME.ipynb` for each name, and `nbflow.toml`, and return the project.

    A notebook is a list of cells, or what `notebook(…)` returns. `files` are written under
    `notebooks/` by their own names: notebooks likewise, texts and bytes as they are.
    """
    folder = tmp_path / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "nbflow.toml").write_text(toml, encoding="utf-8")
    for name, content in (
        {f"{name}.ipynb": nb for name, nb in notebooks.items()} | dict(files)
    ).items():
        write(folder / name, content)
    return find_pipeline(folder)


def write(path: Path, content: Sequence[Notebook] | Notebook | str | bytes) -> Path:
    """Write a notebook, a list of cells, a text or bytes to a file, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        made = content if isinstance(content, dict) else notebook(*content)
        path.write_text(json.dumps(made, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def notebook(*cells: Notebook, metadata: Mapping[str, Any] | None = None) -> Notebook:
    """Return a notebook of nbformat 4.5; `metadata` is added to a Python kernel's."""
    numbered = [{**item, "id": f"cell-{number}"} for number, item in enumerate(cells, 1)]
    return {
        "cells": numbered,
        "metadata": PYTHON | dict(metadata or {}),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def cell(source: str, *tags: str) -> Notebook:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "source": source,
    }


def markdown(source: str) -> Notebook:
    """Return a markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}
