from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Cell, Step
from tests.notebooks import cell, markdown, notebook, write_pipeline

TAG = cell("month = 1", "parameters")
BEFORE = "import a\n\nif x:\n    y = f(1, 'two')\n    z = {1: 2}\n!ls -l"
SAME = {
    "comments": "# why\nimport a  # a module\n\nif x:\n    # so\n    y = f(1, 'two')\n    z = {1: 2}\n!ls -l",
    "blank lines": "\n\nimport a\nif x:\n\n    y = f(1, 'two')\n\n    z = {1: 2}\n!ls -l\n\n",
    "widths": "import  a\n\nif x :\n  y=f(1,'two')\n  z = { 1:2 }\n!ls -l",
    "line breaks in brackets": "import a\nif x:\n    y = f(1,\n      'two')\n    z = {1: 2}\n!ls -l",
    "joined lines": "import a\nif x:\n    y = \\\n  f(1, 'two')\n    z = {1: 2}\n!ls -l",
    "Windows lines": BEFORE.replace("\n", "\r\n"),
}
OTHER = {
    "a name": BEFORE.replace("y", "w"),
    "quotes": BEFORE.replace("'two'", '"two"'),
    "a space in a string": BEFORE.replace("two", "t wo"),
    "nesting": BEFORE.replace("    z", "z"),
    "a number": BEFORE.replace("1,", "2,"),
    "a command": BEFORE.replace("-l", "-la"),
    "a space in a command": BEFORE.replace("ls -l", "ls  -l"),
    "an order": "if x:\n    y = f(1, 'two')\n    z = {1: 2}\nimport a\n!ls -l",
    "tokens that could be one": BEFORE.replace("f(1", "f(1.0"),
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_layout_and_comments_do_not_count(tmp_path: Path, source: str) -> None:
    assert digest(tmp_path / "1", cell(source)) == digest(tmp_path / "2", cell(BEFORE))


@pytest.mark.parametrize("source", OTHER.values(), ids=OTHER)
def test_code_counts(tmp_path: Path, source: str) -> None:
    assert digest(tmp_path / "1", cell(source)) != digest(tmp_path / "2", cell(BEFORE))


def test_cells_are_told_apart(tmp_path: Path) -> None:
    one = digest(tmp_path / "1", cell("a\nb"))
    two = digest(tmp_path / "2", cell("a"), cell("b"))
    assert one != two


def test_magics_keep_their_text(tmp_path: Path) -> None:
    one = digest(tmp_path / "1", cell("%%bash\nls # a"))
    two = digest(tmp_path / "2", cell("%%bash\nls # b"))
    assert one != two


@pytest.mark.parametrize("tag", ["raises-exception", "inputs", "parameters"])
def test_tags_that_matter_count(tmp_path: Path, tag: str) -> None:
    assert digest(tmp_path / "1", cell("x", tag)) != digest(tmp_path / "2", cell("x"))


@pytest.mark.parametrize("tag", ["skip-execution", "injected-parameters"])
def test_cells_that_are_not_executed_do_not_count(tmp_path: Path, tag: str) -> None:
    assert digest(tmp_path / "1", cell("x", tag)) == digest(tmp_path / "2")


def test_nothing_else_counts(tmp_path: Path) -> None:
    """No markdown, output, identifier, position, other tag, kernelspec, or metadata."""
    code = cell("x = 1", "mine") | {"outputs": [{"output_type": "stream"}], "execution_count": 3}
    metadata = {"kernelspec": {"name": "other", "language": "python"}, "nbflow": {"owner": "me"}}
    cells = [markdown("# Title"), TAG, markdown("text"), cell(""), cell("# only this"), code]
    full = notebook(*cells, metadata=metadata)
    assert digests(read(tmp_path / "1", full)) == digests(
        read(tmp_path / "2", notebook(TAG, cell("x = 1")))
    )


def test_a_cell_that_is_no_python_counts_as_text(tmp_path: Path) -> None:
    one, two = "x = (1  # a", "x = (1  # b"
    assert digest(tmp_path / "1", cell(one)) != digest(tmp_path / "2", cell(two))


def test_other_languages_count_as_text(tmp_path: Path) -> None:
    steps = []
    for number, source in enumerate(["x <- 1 # a", "x <- 1 # b"]):
        metadata = {"kernelspec": {"name": "ir", "language": "R"}}
        made = notebook(cell("m <- 1", "parameters"), cell(source), metadata=metadata)
        steps.append(read(tmp_path / str(number), made))
    assert steps[0].language == "R"
    assert digests(steps[0]) != digests(steps[1])


def test_cells_are_numbered_from_one_and_shown_by_their_first_line(tmp_path: Path) -> None:
    long = "x = " + "1 + " * 40 + "1"
    cells = [markdown("# Title"), TAG, cell("\n# why\n  \nx = 1\ny = 2"), cell("# no"), cell(long)]
    step = read(tmp_path, notebook(*cells))
    shown = [(found.number, found.first_line, found.tags) for found in step.cells]
    assert shown == [
        (2, "month = 1", ("parameters",)),
        (3, "x = 1", ()),
        (5, long[:59] + "…", ()),
    ]
    assert step.cell_count == 4


def test_digests_are_the_same_on_every_python(tmp_path: Path) -> None:
    """Python 3.12 and later takes f-strings apart: these digests are of 3.11."""
    source = 'x = f\'{a!r:>{width}} {b["c"]}\' f"""\n{d}\n""" rf\'{e}\\d\''
    step = read(tmp_path, notebook(cell(source, "parameters")))
    assert step.cells == (
        Cell(
            1,
            'x = f\'{a!r:>{width}} {b["c"]}\' f"""',
            "1814829ee7cc541691e5e5c3324a1bfa",
            ("parameters",),
        ),
    )


IMPORTS = {
    "import": ("import a, b.c as d", ("a", "b.c")),
    "from": ("from a.b import c, d as e", ("a.b", "a.b.c", "a.b.d")),
    "star": ("from a import *", ("a",)),
    "relative": ("from . import a\nfrom .b import c", ()),
    "in a function": (
        "def f():\n    import a\n    if x:\n        from b import c",
        ("a", "b", "b.c"),
    ),
    "importlib": (
        (
            "import importlib as i\nfrom importlib import import_module\n"
            "i.import_module('a.b')\nimport_module('c')\n__import__('d')\nimport_module(x)"
        ),
        ("a.b", "c", "d", "importlib", "importlib.import_module"),
    ),
    "behind a magic": ("%%time\n%matplotlib inline\nimport a", ("a",)),
    "by magics": ("%load_ext a.b\n%run -m c x\n", ("a.b", "c")),
    "in another language": ("%%bash\nimport a", ()),
    "in a cell that is no Python": ("import a\nx = (", ()),
}


@pytest.mark.parametrize(("source", "modules"), IMPORTS.values(), ids=IMPORTS)
def test_imports_are_found(tmp_path: Path, source: str, modules: tuple[str, ...]) -> None:
    assert read(tmp_path, notebook(TAG, cell(source))).imports == modules


def test_scripts_that_run_magics_execute_are_files_of_the_step(tmp_path: Path) -> None:
    source = "%run -i tools/a.py 1\nif x:\n    %run b\n%run $c\n%run made.py\n%run 'd e.py'"
    files: dict[str, Any] = {
        "step.ipynb": [TAG, cell(source)],
        "tools/a.py": "",
        "b.py": "",
        "d e.py": "",
    }
    step = read_folder(write_pipeline(tmp_path, files=files)).steps["step"]
    found = [(file.pattern, file.place.cell, file.place.line) for file in step.files]
    assert found == [("tools/a.py", 2, 1), ("b.py", 2, 3), ("d e.py", 2, 6)]


def digest(tmp_path: Path, *cells: dict[str, Any]) -> list[str]:
    return digests(read(tmp_path, notebook(TAG, *cells)))


def digests(step: Step) -> list[str]:
    return [found.digest for found in step.cells]


def read(tmp_path: Path, content: dict[str, Any]) -> Step:
    return read_folder(write_pipeline(tmp_path, step=content)).steps["step"]
