"""Previews of what a step wrote."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from nbflow.model import Output
from nbflow.reports.facts import OutputPreview
from nbflow.reports.output_previews import make_output_preview
from nbflow.storage.output_io import write
from nbflow.storage.results.store import PREVIEWS, open_store

PNG = b"\x89PNG\r\n\x1a\n"


def keep(tmp_path: Path, name: str, value: Any) -> tuple[Path, Output]:
    folder = tmp_path / "results" / "load" / "r1"
    return folder, write(folder, name, value)


def preview(tmp_path: Path, name: str, value: Any) -> OutputPreview:
    return make_output_preview(*reorder(*keep(tmp_path, name, value)))


def reorder(folder: Path, output: Output) -> tuple[Path, str, Output]:
    return folder, "load", output


def test_a_table_is_previewed_with_its_columns(tmp_path: Path) -> None:
    found = preview(tmp_path, "rows", pd.DataFrame({"a": [1, 2]})).table
    assert found is not None
    assert (found.ref, found.rows, found.head[1][0], found.columns[0].name) == (
        "load.rows",
        2,
        2,
        "a",
    )


def test_what_was_found_in_a_table_is_kept_until_its_result_is_removed(tmp_path: Path) -> None:
    folder, output = keep(tmp_path, "a/b", pd.DataFrame({"a": [1, 2]}))
    first = make_output_preview(folder, "load", output, tmp_path)
    shutil.rmtree(folder)
    assert make_output_preview(folder, "load", output, tmp_path) == first
    open_store(tmp_path).remove("load", "r1")
    assert not (tmp_path / PREVIEWS / "r1").exists()


def test_pictures_and_texts_are_taken_from_files(tmp_path: Path) -> None:
    files = {"a.png": PNG, "b.svg": b"<svg/>", "c.csv": b"x,y", "d.bin": b"\x00"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = {name: preview(tmp_path, name[0], tmp_path / name) for name in files}
    assert found["a.png"].picture == {"image/png": "iVBORw0KGgo="}
    assert found["b.svg"].picture == {"image/svg+xml": "<svg/>"}
    assert found["c.csv"].text == "x,y"
    assert (found["d.bin"].picture, found["d.bin"].text) == ({}, "")


def test_a_value_is_told_as_json(tmp_path: Path) -> None:
    assert preview(tmp_path, "split", {"train": [1, 2]}).text == (
        '{\n  "train": [\n    1,\n    2\n  ]\n}'
    )


def test_a_damaged_table_says_so_instead(tmp_path: Path) -> None:
    folder, output = keep(tmp_path, "rows", pd.DataFrame({"a": [1, 2]}))
    for path in (folder / "arrow").iterdir():
        path.chmod(0o644)
        path.write_bytes(path.read_bytes()[:40])
    problem = make_output_preview(folder, "load", output).problem
    assert problem is not None
    assert problem.code == "unreadable-output"
    assert problem.facts["ref"] == "load.rows"
