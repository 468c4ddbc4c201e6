from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.discover.ipynb import read_notebook
from nbflow.errors import NotebookError
from tests.notebooks import cell, markdown, notebook, write

GOOD = notebook(
    cell("x = 1", "parameters"), markdown("# Title"), metadata={"nbflow": {"cache": False}}
)


def test_the_fields_that_planning_needs_are_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", GOOD)
    assert read_notebook(path) == {
        "cells": [
            {
                "cell_type": "code",
                "source": "x = 1",
                "metadata": {"tags": ["parameters"]},
                "id": "cell-1",
            },
            {"cell_type": "markdown", "source": "# Title", "metadata": {}, "id": "cell-2"},
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "nbflow": {"cache": False},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_a_source_in_lines_is_joined(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", [cell(["x = 1\n", "y = 2"])])  # type: ignore[arg-type]
    assert read_notebook(path)["cells"][0]["source"] == "x = 1\ny = 2"


def with_output(text: str) -> bytes:
    """Return a notebook with this JSON text as the data of an output."""
    made = notebook(cell("x = 1", "parameters"), metadata={"nbflow": {"cache": False}})
    made["cells"][0]["outputs"] = ["HERE"]
    return json.dumps(made).replace('"HERE"', text).encode()


ODD = {
    "NaN": '{"data": NaN}',
    "infinity": '{"data": -Infinity}',
    "lone surrogate": r'{"text": "\ud800"}',
    "deeply nested": "[" * 400 + "]" * 400,
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_jupyter_accepts_is_read(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "a.ipynb", with_output(text))
    assert read_notebook(path)["metadata"]["nbflow"] == {"cache": False}
    assert read_notebook(path)["cells"][0]["source"] == "x = 1"


def test_metadata_of_a_wrong_type_is_left_out(tmp_path: Path) -> None:
    made = notebook(cell("x = 1"), metadata={"kernelspec": None, "jupytext": [1], "papermill": 3})
    assert read_notebook(write(tmp_path / "a.ipynb", made))["metadata"] == {
        "language_info": {"name": "python"}
    }


def nbformat3() -> dict[str, Any]:
    return {"metadata": {}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": []}]}


CONFLICT = """{
 "cells": [
<<<<<<< HEAD
=======
>>>>>>> other
"""
BAD = {
    "empty": (b"", {"why": "empty"}),
    "blank": (b" \n", {"why": "empty"}),
    "not JSON": (b'{\n "cells": [}', {"why": "no-json", "error": "line 2: Expecting value"}),
    "nested too deeply": (b"[" * 100_000, {"why": "no-json", "error": "nested too deeply"}),
    "git conflict": (CONFLICT.encode(), {"why": "conflict", "line": 3}),
    "a list": (b"[1]", {"why": "no-nbformat"}),
    "other JSON": (b'{"a": 1}', {"why": "no-nbformat"}),
    "no cells": (b'{"nbformat": 4}', {"why": "no-cells"}),
    "no source": (
        b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        {"why": "no-source", "cell": 1},
    ),
    "no type": (
        b'{"nbformat": 4, "cells": [{"source": ""}]}',
        {"why": "no-cell-type", "cell": 1},
    ),
    "nbformat 3": (json.dumps(nbformat3()).encode(), {"why": "older", "version": 3}),
    "nbformat 5": (b'{"nbformat": 5, "cells": []}', {"why": "newer", "version": 5}),
    "Latin-1": (
        '{\n "Zürich": 1}'.encode("latin-1"),
        {"why": "no-utf-8", "byte": "0xfc", "line": 2},
    ),
    "UTF-16": (
        '{"a": 1}'.encode("utf-16"),
        {"why": "no-utf-8", "byte": f"0x{'{}'.encode('utf-16')[0]:02x}", "line": 1},
    ),
    "byte order mark": (b'\xef\xbb\xbf{"a": 1}', {"why": "byte-order-mark"}),
}


@pytest.mark.parametrize(("content", "facts"), BAD.values(), ids=BAD)
def test_a_bad_file_has_an_error_of_its_own(
    tmp_path: Path, content: bytes, facts: dict[str, Any]
) -> None:
    path = write(tmp_path / "a.ipynb", content)
    with pytest.raises(NotebookError) as caught:
        read_notebook(path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.facts) == ("unreadable-notebook", {"file": "a.ipynb", **facts})


def test_a_link_to_nothing_is_told_from_a_missing_file(tmp_path: Path) -> None:
    link = tmp_path / "link.ipynb"
    link.symlink_to(tmp_path / "gone.ipynb")
    with pytest.raises(
        NotebookError, match=r"^link.ipynb is a link to a file that is not there\.$"
    ):
        read_notebook(link)
    with pytest.raises(NotebookError, match=r"^gone.ipynb does not exist\.$"):
        read_notebook(tmp_path / "gone.ipynb")


def test_a_folder_is_no_notebook(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").mkdir()
    with pytest.raises(NotebookError, match=r"^a.ipynb cannot be read: Is a directory\.$"):
        read_notebook(tmp_path / "a.ipynb")


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read everything")
def test_a_file_without_permission_is_said_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", GOOD)
    path.chmod(0)
    with pytest.raises(NotebookError, match=r"^a.ipynb cannot be read: Permission denied\.$"):
        read_notebook(path)


PERCENT = """\
# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Title

# %% tags=["parameters"]
month = 1
"""


def test_a_text_notebook_is_read_by_jupytext(tmp_path: Path) -> None:
    read = read_notebook(write(tmp_path / "a.py", PERCENT))
    assert [(c["cell_type"], c["source"], c["metadata"].get("tags")) for c in read["cells"]] == [
        ("markdown", "# Title", None),
        ("code", "month = 1", ["parameters"]),
    ]
    assert read["metadata"]["kernelspec"]["name"] == "python3"


def test_a_text_notebook_with_conflict_markers_is_called_that(tmp_path: Path) -> None:
    path = write(tmp_path / "a.py", PERCENT + "<<<<<<< HEAD\n=======\n>>>>>>> b\n")
    with pytest.raises(NotebookError, match="git conflict markers, the first in line 14"):
        read_notebook(path)
