from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.present.problems import say_skipped
from tests.notebooks import cell, notebook, write, write_pipeline

STEP = [cell("month = 1", "parameters")]
SCRIPT = '# %% tags=["parameters"]\nmonth = 1\n'
MARKDOWN = """\
---
jupyter:
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

```python tags=["inputs"]
x = 1
```
"""
HEADER = """\
# ---
# jupyter:
#   jupytext:
#     formats: notebooks//ipynb,scripts//py:percent
# ---
"""


def papermill(source: str | None, output: str | None) -> dict[str, Any]:
    record = {"default_parameters": {}, "input_path": source, "output_path": output}
    return notebook(*STEP, metadata={"papermill": record})


FOLDERS: dict[str, tuple[dict[str, Any], dict[str, str], dict[str, str]]] = {
    # the files, then the paths of the steps by name, then what was skipped and why
    "below": (
        {"a.ipynb": STEP, "more/b.ipynb": STEP},
        {"a": "a.ipynb", "b": "more/b.ipynb"},
        {},
    ),
    "a project of its own": (
        {"a.ipynb": STEP, "demo/nbflow.toml": "", "demo/a.ipynb": STEP},
        {"a": "a.ipynb"},
        {"demo": "a project of its own"},
    ),
    "hidden": (
        {".ipynb_checkpoints/a-checkpoint.ipynb": STEP, ".old/b.ipynb": STEP, ".c.ipynb": STEP},
        {},
        {".c.ipynb": "hidden", ".ipynb_checkpoints": "Jupyter's checkpoints", ".old": "hidden"},
    ),
    "hidden without notebooks": ({".git/config": "", "a.ipynb": STEP}, {"a": "a.ipynb"}, {}),
    "copies": (
        {"a.ipynb": STEP, "a-Copy1.ipynb": STEP, "a-Copy12.ipynb": STEP, "b-Copy.ipynb": STEP},
        {"a": "a.ipynb", "b_copy": "b-Copy.ipynb"},
        {
            "a-Copy1.ipynb": "a copy that Jupyter made",
            "a-Copy12.ipynb": "a copy that Jupyter made",
        },
    ),
    "copies of `nbflow open`": (
        {"nbflow-open/a.ipynb": STEP, "nbflow-open-2/b.ipynb": STEP},
        {},
        {
            "nbflow-open": "copies made by `nbflow open`",
            "nbflow-open-2": "copies made by `nbflow open`",
        },
    ),
    "environments": (
        {
            "venv/pyvenv.cfg": "",
            "venv/a.ipynb": STEP,
            "conda/conda-meta/history": "",
            "conda/b.ipynb": STEP,
            "node_modules/c.ipynb": STEP,
        },
        {},
        {"conda": "an environment", "node_modules": "an environment", "venv": "an environment"},
    ),
    "untagged": (
        {
            "a.ipynb": [cell("import nbflow\nnbflow.write('b', 1)")],
            "b.ipynb": [{"cell_type": "raw", "source": "", "metadata": {"tags": ["parameters"]}}],
        },
        {},
        {
            "a.ipynb": "no cell is tagged `parameters` or `inputs`",
            "b.ipynb": "no cell is tagged `parameters` or `inputs`",
        },
    ),
    "data": ({"data/a.csv": "", "data/README.md": "tags: parameters"}, {}, {}),
    "text notebooks": (
        {"a.py": SCRIPT, "b.md": MARKDOWN, "c.py": "month = 1  # tags: parameters\n"},
        {"a": "a.py", "b": "b.md"},
        {},
    ),
    "a readme that shows a tag": (
        {"README.md": '# How\n```python tags=["parameters"]\nmonth = 1\n```\n'},
        {},
        {},
    ),
    "a pair": (
        {"a.ipynb": STEP, "a.py": SCRIPT, "a.md": MARKDOWN},
        {"a": "a.ipynb"},
        {"a.md": "paired with a.ipynb by jupytext", "a.py": "paired with a.ipynb by jupytext"},
    ),
    "a pair of texts": (
        {"a.py": SCRIPT, "a.md": MARKDOWN},
        {"a": "a.py"},
        {"a.md": "paired with a.py by jupytext"},
    ),
    "a pair in two folders": (
        {"a.ipynb": STEP, "scripts/a.py": HEADER + SCRIPT},
        {"a": "a.ipynb"},
        {"scripts/a.py": "paired with a.ipynb by jupytext"},
    ),
}


@pytest.mark.parametrize(("files", "steps", "skipped"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_holds_these_steps(
    tmp_path: Path, files: dict[str, Any], steps: dict[str, str], skipped: dict[str, str]
) -> None:
    scan = read_folder(write_pipeline(tmp_path, files=files))
    assert {step.name: within(step.path) for step in scan.steps.values()} == steps
    assert {within(item.path): say_skipped(item) for item in scan.skipped} == skipped


EXECUTED = {
    "an output": ("out/a.ipynb", "a.ipynb", "out/a.ipynb", False),
    "an output beside its source": ("a-1.ipynb", "notebooks/a.ipynb", "notebooks/a-1.ipynb", False),
    "renamed since": ("b.ipynb", "/x/a.ipynb", "/x/out.ipynb", True),
    "in place": ("a.ipynb", "a.ipynb", "a.ipynb", True),
    "moved over its source": ("a.ipynb", "/else/notebooks/a.ipynb", "/tmp/out.ipynb", True),
    "moved over its source, same name": ("a.ipynb", "notebooks/a.ipynb", "out/a.ipynb", True),
    "Windows paths": ("out/a.ipynb", "C:\\p\\a.ipynb", "C:\\p\\out\\a.ipynb", False),
    "no output": ("a.ipynb", "a.ipynb", None, True),
    "only parameters": ("a.ipynb", None, None, True),
}


@pytest.mark.parametrize(("at", "source", "output", "is_step"), EXECUTED.values(), ids=EXECUTED)
def test_executed_outputs_are_no_steps_and_sources_are(
    tmp_path: Path, at: str, source: str | None, output: str | None, *, is_step: bool
) -> None:
    scan = read_folder(write_pipeline(tmp_path, files={at: papermill(source, output)}))
    assert len(scan.steps) == is_step
    reasons = [say_skipped(item) for item in scan.skipped]
    assert reasons == [] if is_step else reasons[0].startswith("an executed output of papermill")


TWINS = {
    # where the recorded input lies, whether it has the same code, and whether both are steps
    "the same code": ("source.ipynb", STEP, False),
    "the same code further up": ("../source.ipynb", STEP, False),
    "the same code at the recorded place": ("src/source.ipynb", STEP, False),
    "other code": ("source.ipynb", [*STEP, cell("more = 1")], True),
}


@pytest.mark.parametrize(("at", "code", "both"), TWINS.values(), ids=TWINS)
def test_a_renamed_output_is_none_while_it_says_what_its_source_does(
    tmp_path: Path, at: str, code: Any, *, both: bool
) -> None:
    copy = papermill("../src/source.ipynb", "/ci/out/source-2022.ipynb")
    made = write_pipeline(tmp_path, files={"sub/variant.ipynb": copy, f"sub/{at}": code})
    scan = read_folder(made)
    assert set(scan.steps) == ({"source", "variant"} if both else {"source"})
    if not both:
        assert [say_skipped(item) for item in scan.skipped] == [
            (
                "an executed output of papermill, made from source.ipynb; "
                "if it is a source, remove `papermill` from its metadata"
            )
        ]
        (made.folder / "sub" / at).unlink()
        assert set(read_folder(made).steps) == {"variant"}


EXCLUDES = {
    "a name": ("b.ipynb", {"a", "c", "d"}),
    "a folder": ("more", {"a", "b"}),
    "a folder with a slash": ("more/", {"a", "b"}),
    "a glob": ("[bc].*", {"a", "d"}),
    "relative to the root": ("notebooks/more/c.ipynb", {"a", "b", "d"}),
    "relative to the folder": ("./more/c.ipynb", {"a", "b", "d"}),
    "at any depth": ("**/d.ipynb", {"a", "b", "c"}),
    "all below": ("more/**", {"a", "b"}),
    "a star stays in its folder": ("notebooks/*.ipynb", {"c", "d"}),
    "a later pattern takes back": ("*.ipynb', '!c.ipynb", {"c"}),
    "no match": ("more/x*", {"a", "b", "c", "d"}),
}


@pytest.mark.parametrize(("glob", "steps"), EXCLUDES.values(), ids=EXCLUDES)
def test_exclude_leaves_out_what_it_matches(tmp_path: Path, glob: str, steps: set[str]) -> None:
    files = {"a.ipynb": STEP, "b.ipynb": STEP, "more/c.ipynb": STEP, "more/deep/d.ipynb": STEP}
    scan = read_folder(write_pipeline(tmp_path, toml=f"exclude = ['{glob}']", files=files))
    assert set(scan.steps) == steps
    first = glob.split("'", maxsplit=1)[0]
    assert {item.facts["glob"] for item in scan.skipped} <= {first}


def test_the_store_is_not_looked_into(tmp_path: Path) -> None:
    found = write_pipeline(tmp_path, toml="store = 'notebooks/kept'", files={"kept/a.ipynb": STEP})
    assert read_folder(found).steps == {}
    assert read_folder(found).skipped == ()


def test_links_are_followed_once(tmp_path: Path) -> None:
    found = write_pipeline(tmp_path, a=STEP)
    write(tmp_path / "elsewhere" / "b.ipynb", STEP)
    (found.folder / "loop").symlink_to(found.folder)
    (found.folder / "self").symlink_to(found.folder / "self")
    (found.folder / "linked").symlink_to(tmp_path / "elsewhere")
    (found.folder / "linked again").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(found.folder)
    assert {step.path for step in read_folder(found).steps.values()} == {
        "notebooks/a.ipynb",
        "notebooks/linked/b.ipynb",
    }


def test_what_an_untagged_notebook_writes_is_remembered(tmp_path: Path) -> None:
    source = "from nbflow import write as w\nw('a', 1)\nfor x in y:\n    w(x, 1)\nw('b', 2)"
    scan = read_folder(write_pipeline(tmp_path, load=[cell(source)]))
    assert [item.writes for item in scan.skipped] == [("a", "b")]


def within(path: str) -> str:
    return path.removeprefix("notebooks/")
