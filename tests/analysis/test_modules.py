"""Project modules are found statically and recursively; what is installed is not."""

from __future__ import annotations

import os
import sys

import pytest

from nbflow.analysis.code.imports import hash_module, read_closure, read_modules

PATH = [at for at in sys.path if at]


PACKAGE = {
    "notebooks/delays/__init__.py": "",
    "notebooks/delays/rates.py": "from . import tables\nfrom .deep.inner import x\n",
    "notebooks/delays/tables.py": "",
    "notebooks/delays/deep/__init__.py": "",
    "notebooks/delays/deep/inner.py": "from ..other import y\nfrom ... import nothing\n",
    "notebooks/delays/other.py": "",
    "notebooks/delays/unused.py": "",
    "notebooks/plain.py": "import os, json as j\nimport delays.other\n",
    "notebooks/late.py": "def f():\n    import plain\n",
    "notebooks/dynamic.py": "import importlib\nimportlib.import_module('plain')\n__import__('late')\n",
    "notebooks/cycle_a.py": "import cycle_b\n",
    "notebooks/cycle_b.py": "import cycle_a\n",
    "notebooks/broken.py": "import plain\nx = (\n",
    "notebooks/star.py": "from delays.deep import *\n",
    "notebooks/random.py": "",
    "notebooks/space/part.py": "import plain",
    "src/space/other.py": "",
    "src/library/__init__.py": "",
    "src/pandas/__init__.py": "",
    "outside/site-packages/installed.py": "",
}
OTHER = ["delays/__init__.py", "delays/other.py"]
RATES = [
    *("delays/__init__.py", "delays/deep/__init__.py", "delays/deep/inner.py"),
    *("delays/other.py", "delays/rates.py", "delays/tables.py"),
]
CASES = [
    ([], []),
    (["os", "pandas", "numpy.linalg", "nowhere"], []),
    (["delays"], ["delays/__init__.py"]),
    (["delays.rates"], RATES),
    (["delays.rates.rate"], RATES),  # from delays.rates import rate
    (["plain"], [*OTHER, "plain.py"]),
    (["late"], [*OTHER, "late.py", "plain.py"]),
    (["dynamic"], [*OTHER, "dynamic.py", "late.py", "plain.py"]),
    (["cycle_a"], ["cycle_a.py", "cycle_b.py"]),
    (["broken"], ["broken.py"]),
    (["star"], ["delays/__init__.py", "delays/deep/__init__.py", "star.py"]),
    (["random"], ["random.py"]),  # the notebook's folder comes before the standard library
    (["space.part"], [*OTHER, "plain.py", "space/part.py"]),
    (["space.other"], ["../src/space/other.py"]),
    (["library"], ["../src/library/__init__.py"]),
    (["installed"], []),
    (["nbflow"], []),
]


@pytest.mark.parametrize(
    ("imports", "expected"), CASES, ids=[" ".join(one) or "none" for one, _ in CASES]
)
def test_modules_that_imports_lead_to(tmp_path, imports, expected):
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    folder = tmp_path / "notebooks"
    path = [*PATH, str(tmp_path / "src"), str(tmp_path / "outside/site-packages")]
    found = read_modules(imports, folder, path, tmp_path)
    assert list(found) == sorted(os.path.normpath(f"notebooks/{one}") for one in expected)


def test_the_hash_is_of_the_content(tmp_path):
    file = tmp_path / "delays.py"
    hashes = []
    for text in ("x = 1\n", "x = 2\n", "x = 1\n", "x = (\n"):
        file.write_text(text)
        os.utime(file, ns=(len(hashes), len(hashes)))
        hashes.append(read_modules(["delays"], tmp_path, PATH, tmp_path)["delays.py"])
    assert hashes[0] == hashes[2]
    assert len(set(hashes)) == 3


def test_a_moved_project_has_the_same_modules(tmp_path):
    found = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "delays.py").write_text("x = 1\n")
        found.append(read_modules(["delays"], tmp_path / name, PATH, tmp_path / name))
    assert found[0] == found[1] != {}


def test_modules_outside_of_the_root_have_absolute_paths(tmp_path):
    (tmp_path / "library.py").write_text("")
    root = tmp_path / "project"
    root.mkdir()
    found = read_modules(["library"], root, [*PATH, str(tmp_path)], root)
    assert list(found) == [(tmp_path / "library.py").as_posix()]


def test_imports_of_modules_count_as_well(tmp_path):
    (tmp_path / "delays.py").write_text("import sklearn.svm\nfrom duckdb import sql\n")
    closure = read_closure(["delays", "os"], tmp_path, PATH, tmp_path)
    assert closure.imports == ("delays", "duckdb", "duckdb.sql", "os", "sklearn.svm")


def test_a_module_that_cannot_be_read_counts_as_such(tmp_path):
    (tmp_path / "delays.py").write_bytes(b"\xff\x00 = 1")
    assert list(read_modules(["delays"], tmp_path, PATH, tmp_path)) == ["delays.py"]


SAME = {
    "comments": "# why\ndef f(x):  # so\n    return x + 1\n",
    "blank lines": "\n\ndef f(x):\n\n    return x + 1\n\n\n",
    "widths": "def  f( x ) :\n  return x+1\n",
    "Windows lines": "def f(x):\r\n    return x + 1\r\n",
    "an encoding": "# -*- coding: latin-1 -*-\ndef f(x):\n    return x + 1\n",
    "no line end": "def f(x):\n    return x + 1",
}
OTHER_CODE = {
    "a number": "def f(x):\n    return x + 2\n",
    "a docstring": "def f(x):\n    'more'\n    return x + 1\n",
    "a space in a text": "def f(x):\n    return x + 1\ny = ' # '\n",
    "no Python": "def f(x):\n    return x + \n",
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_layout_and_comments_of_a_module_do_not_count(tmp_path, source):
    assert hash_source(tmp_path / "a.py", source) == hash_source(
        tmp_path / "b.py", "def f(x):\n    return x + 1\n"
    )


def test_the_code_of_a_module_counts(tmp_path):
    sources = [*SAME.values(), *OTHER_CODE.values()]
    hashes = {hash_source(tmp_path / f"{n}.py", text) for n, text in enumerate(sources)}
    assert len(hashes) == 1 + len(OTHER_CODE)


def test_texts_of_two_encodings_are_two(tmp_path):
    source = "x = '\xe9'\n"
    (tmp_path / "a.py").write_bytes(source.encode())
    (tmp_path / "b.py").write_bytes(b"# coding: latin-1\n" + source.encode())
    assert hash_module(tmp_path / "a.py") != hash_module(tmp_path / "b.py")


def hash_source(path, source):
    path.write_bytes(source.encode())
    return hash_module(path)
