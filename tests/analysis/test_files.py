"""Declared files are hashed by content; one that is missing is an error with a remedy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from nbflow.analysis.parameters import check_value, find_parameters
from nbflow.base.hashing import hash_bytes
from nbflow.errors import PipelineError
from nbflow.model import FileInput, Place
from tests.analysis.declared import read_files

FILES = (
    *("data/airports.csv", "data/planes.csv", "data/2013-01.csv", "data/02.csv", "data/a {b}.csv"),
    *("data/deep/x.csv", "data/.hidden.csv", "data/.ipynb_checkpoints/airports.csv"),
    *("data/deep/__pycache__/x.pyc", "../outside/rates.csv"),
)
CELL = """
from enum import Enum
class Carrier(Enum):
    UA = "planes"
month: int = 2
day: date = date(2013, 1, 1)
name = "airports"
carrier = Carrier.UA
open_ = date.today()
stamp = pd.Timestamp("2013-01-01")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def read(folder: Path, *patterns: str) -> dict[str, str]:
    parameters = find_parameters([(1, CELL)], "n.ipynb", folder)[0]
    values = {one.name: one.value if one.literal else {"source": one.default} for one in parameters}
    watched = [FileInput(pattern, Place("notebooks/n.ipynb", 2)) for pattern in patterns]
    return read_files(watched, values, folder, folder.parent, parameters)


CASES = [
    ("data/airports.csv", ["data/airports.csv"]),
    ("./data/../data/airports.csv", ["data/airports.csv"]),
    ("data/{name}.csv", ["data/airports.csv"]),
    ("data/{month:02d}.csv", ["data/02.csv"]),
    ("data/{day:%Y-%m}.csv", ["data/2013-01.csv"]),
    ("data/{day.year}-01.csv", ["data/2013-01.csv"]),
    ("data/{carrier.value}.csv", ["data/planes.csv"]),
    ("data/a {{b}}.csv", ["data/a {b}.csv"]),
    ("data/deep", ["data/deep/x.csv"]),
    ("data/", ["data/.hidden.csv", "data/02.csv", "data/2013-01.csv", "data/a {b}.csv", "data/airports.csv", "data/deep/x.csv", "data/planes.csv"]),
    ("data/*s.csv", ["data/airports.csv", "data/planes.csv"]),
    ("data/**/*.csv", ["data/02.csv", "data/2013-01.csv", "data/a {b}.csv", "data/airports.csv", "data/deep/x.csv", "data/planes.csv"]),
    ("d*", ["data/.hidden.csv", "data/02.csv", "data/2013-01.csv", "data/a {b}.csv", "data/airports.csv", "data/deep/x.csv", "data/planes.csv"]),
    ("../outside/rates.csv", ["../outside/rates.csv"]),
    ("../outside/*.csv", ["../outside/rates.csv"]),
    ("../*/rates.csv", ["../outside/rates.csv"]),
    ("data/../../outside/r*", ["../outside/rates.csv"]),
    ("data/deep/__pycache__/*", ["data/deep/__pycache__/x.pyc"]),
    ("data/.*.csv", ["data/.hidden.csv"]),
    ("data/.hidden.csv", ["data/.hidden.csv"]),  # named, not found by a glob
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "expected"), CASES, ids=[pattern for pattern, _ in CASES])
def test_patterns(folder, pattern, expected):
    found = read(folder, pattern)
    names = {str((folder / one).resolve().relative_to(folder.parent)): one for one in expected}
    assert found == {name: hash_bytes(names[name]) for name in sorted(names)}


def test_an_absolute_path(folder):
    assert list(read(folder, f"{folder}/data/planes.csv")) == ["notebooks/data/planes.csv"]
    assert list(read(folder, f"{folder}/data/pl*.csv")) == ["notebooks/data/planes.csv"]


def test_a_moved_project_has_the_same_files(folder):
    before = read(folder, "data")
    moved = folder.parent.rename(folder.parent.with_name("moved"))
    assert read(moved / "notebooks", "data") == before


def test_a_new_file_in_a_folder_changes_it(folder):
    before = read(folder, "data/deep")
    (folder / "data/deep/y.csv").write_text("y")
    assert read(folder, "data/deep") == before | {"notebooks/data/deep/y.csv": hash_bytes("y")}


WRONG = [
    ("data/airport.csv", "nbflow.file('data/airport.csv') does not exist in {folder}. Did you mean airports.csv?"),
    ("dato/airports.csv", "nbflow.file('dato/airports.csv') does not exist in {folder}. Did you mean data?"),
    ("zzz", "nbflow.file('zzz') does not exist in {folder}. Paths are relative to the notebook's folder."),
    ("data/*.parquet", "nbflow.file('data/*.parquet') matches no file in {folder}."),
    ("https://x.org/a.csv", "nbflow.file('https://x.org/a.csv'): nbflow cannot tell when what lies behind a URL changes. Read it without nbflow.file, and set the option cache = \"6h\"."),
    ("s3://bucket/a.csv", "nbflow.file('s3://bucket/a.csv'): nbflow cannot tell when what lies behind a URL changes. Read it without nbflow.file, and set the option cache = \"6h\"."),
    ("data/{open_}.csv", "nbflow.file('data/{open_}.csv') needs the parameter open_, whose value is not known. Give it with -p open_ VALUE, or set a literal default."),
    ("data/{stamp:%Y}.csv", "nbflow.file('data/{stamp:%Y}.csv') needs the parameter stamp, whose value is not known. Give it with -p stamp VALUE, or set a literal default."),
    ("data/{year}.csv", "nbflow.file('data/{year}.csv') needs the parameter year, whose value is not known. Give it with -p year VALUE, or set a literal default."),
    ("data/{name:02d}.csv", "nbflow.file('data/{name:02d}.csv') cannot be formatted: Unknown format code 'd' for object of type 'str'. Braces that are no parameter are written twice: {{ }}."),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "said"), WRONG, ids=[pattern for pattern, _ in WRONG])
def test_patterns_that_name_nothing(folder, pattern, said):
    with pytest.raises(PipelineError) as error:
        read(folder, pattern)
    expected = said.replace("{folder}", str(folder))
    assert str(error.value) == f"notebooks/n.ipynb, cell 2: {expected}"


def test_all_that_is_missing_is_said_at_once(folder):
    with pytest.raises(PipelineError) as error:
        read(folder, "a.csv", "data/planes.csv", "b.csv")
    assert len(error.value.problems) == 2


def test_values_given_as_python_objects_are_formatted_alike(folder):
    (day,) = [one for one in find_parameters([(1, CELL)], "n", folder)[0] if one.name == "day"]
    values = {"day": check_value(day, dt.date(2013, 1, 31))}
    found = read_files(
        [FileInput("data/{day:%Y-%m}.csv", Place("n", 1))], values, folder, folder, [day]
    )
    assert list(found) == ["data/2013-01.csv"]


def test_hidden_files_of_a_folder_count(tmp_path):
    (tmp_path / "store.zarr").mkdir()
    (tmp_path / "store.zarr/.zattrs").write_text("{}")
    assert list(read_here(tmp_path, "store.zarr")) == ["store.zarr/.zattrs"]


def test_links_are_followed_once_each(tmp_path):
    """`data/back` leads to what is entered already: where it leads counts, not what is there."""
    made = tmp_path / "root"
    (made / "data/deep").mkdir(parents=True)
    (made / "data/a.csv").write_text("a")
    (tmp_path / "big").mkdir()
    (tmp_path / "big/b.csv").write_text("b")
    (made / "data/linked").symlink_to("../../big")
    (made / "data/deep/back").symlink_to("..")
    assert list(read_here(made, "data/**/*.csv")) == ["data/a.csv", "data/linked/b.csv"]
    before = read_here(made, "data")
    assert list(before) == ["data/a.csv", "data/deep/back", "data/linked/b.csv"]
    (made / "data/deep/back").unlink()
    (made / "data/deep/back").symlink_to("../../data/linked")
    assert read_here(made, "data")["data/deep/back"] != before["data/deep/back"]


def test_files_outside_the_root_keep_their_keys_when_the_tree_moves(tmp_path):
    (tmp_path / "tree/data").mkdir(parents=True)
    (tmp_path / "tree/nb").mkdir()
    (tmp_path / "tree/data/x.csv").write_text("x")
    before = read_here(tmp_path / "tree/nb", "../data/x.csv", "../data/*.csv")
    assert list(before) == ["../data/x.csv"]
    (tmp_path / "tree").rename(tmp_path / "moved")
    assert read_here(tmp_path / "moved/nb", "../data/x.csv", "../data/*.csv") == before
    absolute = f"{tmp_path}/moved/data/x.csv"
    assert list(read_here(tmp_path / "moved/nb", absolute)) == [absolute]


def test_what_is_kept_by_nbflow_does_not_count(tmp_path):
    for name in ("x.csv", ".nbflow/a", "kept/nbflow-store.json", "kept/results/b"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    assert list(read_here(tmp_path, ".")) == ["x.csv"]


def read_here(folder: Path, *patterns: str) -> dict[str, str]:
    watched = [FileInput(pattern, Place("n.ipynb", 2)) for pattern in patterns]
    return read_files(watched, {}, folder, folder)
