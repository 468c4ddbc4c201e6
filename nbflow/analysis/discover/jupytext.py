"""Notebooks kept as text by jupytext: which files are, and what they hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.analysis.discover.ipynb import check_conflict, make_error, read_bytes

if TYPE_CHECKING:
    from nbflow.base.stat_cache import Trail

SUFFIXES = frozenset({".jl", ".md", ".py", ".qmd", ".r", ".rmd"})
_SCRIPTS = frozenset({".jl", ".py", ".r"})
_TAG = r"\btags?\b.*\b(?:parameters|inputs)\b"
_SCRIPT = re.compile(rf"^[ \t]*(?:#|//)\s*(?:%%|\+)\s?.*{_TAG}", re.MULTILINE)
_CHUNK = re.compile(
    rf"""
    ^[ ]*(?:
        ```+\s*\{{?\w.*{_TAG}                           # ```python tags=["parameters"]
        | (?:\#\|\s*)?:?{_TAG}                          # :tags: [parameters]
        | (?:\#\|\s*)?tags:\s*\n(?:.*-.*\n)*?.*-\s*(?:parameters|inputs)\b
    )
    """,
    re.VERBOSE | re.MULTILINE,
)
_HEADER = re.compile(r"\A\s*---\n(?:.*\n)*?(?:jupyter|jupytext|kernelspec):")


def is_text_notebook(path: Path, text: str) -> bool:
    """Tell whether jupytext would find a cell tagged `parameters` or `inputs` in this text."""
    suffix = path.suffix.lower()
    if suffix in _SCRIPTS:
        return _SCRIPT.search(text) is not None
    if suffix == ".md" and _HEADER.match(text) is None:
        return False  # a README that shows how to tag a cell
    return _CHUNK.search(text) is not None


def read_text_notebook(path: Path, trail: Trail | None = None) -> dict[str, Any]:
    """Return the notebook that jupytext, whose version `trail` notes, reads from the file."""
    import jupytext  # noqa: PLC0415 - 1.6 s

    if trail is not None:
        trail.look(Path(jupytext.__file__).with_name("version.py"))

    text = read_bytes(path).decode("utf-8")
    check_conflict(text, path.name)
    try:
        notebook = jupytext.reads(text, fmt=path.suffix)
    except Exception as error:
        raise make_error("jupytext", path.name, error=str(error)) from error
    metadata = dict(notebook["metadata"])
    if "kernelspec" not in metadata and "language_info" not in metadata:
        language = metadata.get("jupytext", {}).get("main_language", "python")
        metadata["language_info"] = {"name": language.lower()}
    return {
        "cells": [_cell_dict(cell) for cell in notebook["cells"]],
        "metadata": metadata,
        "nbformat": notebook["nbformat"],
        "nbformat_minor": notebook["nbformat_minor"],
    }


def _cell_dict(cell: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {key: cell[key] for key in ("cell_type", "source", "id") if key in cell}
    made["metadata"] = dict(cell.get("metadata", {}))
    return made
