"""A notebook's file, read fast: only the fields that planning needs, and never its outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.errors import NotebookError
from nbflow.model import Frozen, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbflow.base.stat_cache import Trail

_ADDED = {"injected-parameters", "papermill-error-cell-tag"}  # papermill's tags
_FORMAT = 4  # of nbformat
_CONFLICT = re.compile(r"^(<{7}|>{7}) .*$", re.MULTILINE)


class _Cell(Frozen, frozen=True):
    cell_type: str
    source: str | list[str]
    metadata: dict[str, Any] = {}
    id: str = ""


class _Metadata(Frozen, frozen=True):
    kernelspec: dict[str, Any] = {}
    language_info: dict[str, Any] = {}
    papermill: dict[str, Any] = {}
    jupytext: dict[str, Any] = {}
    nbflow: Any = {}


class _Notebook(Frozen, frozen=True):
    cells: list[_Cell]
    nbformat: int
    metadata: _Metadata = _Metadata()
    nbformat_minor: int = 0


_DECODER = msgspec.json.Decoder(_Notebook)


def read_notebook(path: Path, trail: Trail | None = None) -> dict[str, Any]:
    """Return a notebook in the form of nbformat 4, with each source as one string.

    Of an `.ipynb` these are the fields that planning needs: no outputs, and of the metadata
    the kernel's, papermill's, jupytext's and nbflow's. Other files are read by jupytext.
    Raises NotebookError, with a problem that says in which way the file is bad.
    """
    if path.suffix.lower() != ".ipynb":
        from nbflow.analysis.discover.jupytext import read_text_notebook  # noqa: PLC0415 - jupytext, seldom

        return read_text_notebook(path, trail)
    return make_notebook(read_bytes(path), path.name)


def find_own_cells(notebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the cells without those that papermill adds."""
    cells = notebook["cells"]
    return [one for one in cells if not _ADDED & set(one["metadata"].get("tags") or ())]


def read_bytes(path: Path) -> bytes:
    """Return the file's content; NotebookError where it cannot be read or is not UTF-8."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise make_error("dead-link" if path.is_symlink() else "missing", path.name) from error
    except OSError as error:
        raise make_error("refused", path.name, error=error.strerror) from error
    _check_text(data, path.name)
    return data


def make_notebook(data: bytes, name: str) -> dict[str, Any]:
    """Return the notebook that the JSON text holds; `name` is for the errors."""
    try:
        notebook = _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # It refuses NaN and lone surrogates, which Jupyter writes and reads.
        notebook = _make_carefully(data, name)
    _refuse_format(notebook.nbformat, name)
    return {
        "cells": [_cell_dict(cell) for cell in notebook.cells],
        "metadata": {k: v for k, v in msgspec.structs.asdict(notebook.metadata).items() if v},
        "nbformat": notebook.nbformat,
        "nbformat_minor": notebook.nbformat_minor,
    }


def _cell_dict(cell: _Cell) -> dict[str, Any]:
    source = cell.source if isinstance(cell.source, str) else "".join(cell.source)
    made = {"cell_type": cell.cell_type, "source": source, "metadata": cell.metadata}
    return made | {"id": cell.id} if cell.id else made


def _make_carefully(data: bytes, name: str) -> _Notebook:
    raw = _decode_json(data, name)
    if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
        raise make_error("no-nbformat", name)
    _refuse_format(raw["nbformat"], name)
    if not isinstance(raw.get("cells"), list):
        raise make_error("no-cells", name)
    known = _dict(raw.get("metadata"))
    metadata = {field: _dict(known.get(field)) for field in _Metadata.__struct_fields__}
    metadata["nbflow"] = known.get("nbflow", {})  # what is wrong there is the author's
    cells = [_make_cell(cell, number, name) for number, cell in enumerate(raw["cells"], 1)]
    minor = raw.get("nbformat_minor")
    return _Notebook(cells, 4, _Metadata(**metadata), minor if isinstance(minor, int) else 0)


def _make_cell(raw: Any, number: int, name: str) -> _Cell:
    cell = _dict(raw)
    source = cell.get("source")
    lines = [source] if isinstance(source, str) else source
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise make_error("no-source", name, cell=number)
    if not isinstance(cell.get("cell_type"), str):
        raise make_error("no-cell-type", name, cell=number)
    identity = cell.get("id")
    return _Cell(
        cell_type=cell["cell_type"],
        source="".join(lines),
        metadata=_dict(cell.get("metadata")),
        id=identity if isinstance(identity, str) else "",
    )


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _decode_json(data: bytes, name: str) -> Any:
    text = data.decode("utf-8")
    if not text.strip():
        raise make_error("empty", name)
    import json  # noqa: PLC0415 - only for what msgspec refuses

    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        check_conflict(text, name)
        where = "nested too deeply"
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}: {error.msg}"
        raise make_error("no-json", name, error=where) from error


def check_conflict(text: str, name: str) -> None:
    """Raise NotebookError where git left its conflict markers."""
    if (marker := _CONFLICT.search(text)) is not None:
        raise make_error("conflict", name, line=text.count("\n", 0, marker.start()) + 1)


def _check_text(data: bytes, name: str) -> None:
    if data.isascii():
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"0x{data[error.start]:02x}"
        raise make_error("no-utf-8", name, byte=byte, line=line) from error
    if text.startswith("\ufeff"):
        raise make_error("byte-order-mark", name)


def _refuse_format(version: int, name: str) -> None:
    if version != _FORMAT:
        raise make_error("newer" if version > _FORMAT else "older", name, version=version)


def make_error(why: str, name: str, **facts: Any) -> NotebookError:
    """Return the error that a file is no notebook; `why` is one of those that `present` knows."""
    return NotebookError(
        problems=[Problem("unreadable-notebook", None, {"why": why, "file": name, **facts})]
    )
