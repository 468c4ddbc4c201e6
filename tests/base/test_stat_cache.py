"""What is remembered of files: never anything that reading them again would not say."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import nbflow
from nbflow.analysis.code import imports as modules
from nbflow.analysis.contract import scan
from nbflow.analysis.contract.scan import read_folder
from nbflow.base import stat_cache as filecache
from nbflow.model import Parts, Request, Scan
from nbflow.planning import make_plan, prepare
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline, make_home
from tests.notebooks import cell, notebook, write, write_pipeline

LOAD = [
    cell("from settings import Color\nmonth: int = 1\ncolor: Color = Color.RED", "parameters"),
    cell("import nbflow\nsource = nbflow.file('data.csv')\n%run -i rates.py", "inputs"),
    cell("import deep\nnbflow.write('flights', 1)"),
]
CLEAN = [
    cell("import nbflow\nflights = nbflow.read('load.flights')", "inputs"),
    cell("nbflow.write('clean', flights)"),
]
FILES = {
    "untagged.ipynb": [cell("x = 1")],
    "script.py": '# %% tags=["parameters"]\nyear = 2013\n',
    "plain.py": "year = 2013\n",
    "settings.py": "from colors import Color\n",
    "colors.py": "import enum\nclass Color(enum.Enum):\n    RED = 1\n    TAN = 2\n",
    "deep.py": "import deeper\n",
    "deeper.py": "X = 1\n",
    "data.csv": "1,2,3\n",
    "big.ipynb": notebook(cell(f"count = {10**30}", "parameters")),
}
TOML = "exclude = ['other*']\n"


@pytest.fixture
def finished(tmp_path: Path) -> PipelineFolder:
    made = write_pipeline(tmp_path, toml=TOML, load=LOAD, clean=CLEAN, files=FILES)
    make_home(made)
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files are older than the clock's grain, as on any but the busiest day."""
    monkeypatch.setattr(filecache, "GRAIN", -(10**12))


def read(made: PipelineFolder) -> tuple[Scan, dict[str, Parts] | str]:
    """Return what the notebooks say, and what the keys are made of or why there are none."""
    made = find_pipeline(made.folder)
    found = read_folder(made)
    try:
        plan = make_plan(made, found, Request())
    except nbflow.errors.NbflowError as error:
        return found, str(error)
    return found, {name: ready.parts for name, ready in plan.prepared.items()}


def read_anew(made: PipelineFolder) -> tuple[Scan, dict[str, Parts] | str]:
    shutil.rmtree(made.cache, ignore_errors=True)
    return read(made)


def in_place(name: str, old: str, new: str) -> Callable[[PipelineFolder], None]:
    """Return an edit that keeps the file's inode, and its time if it keeps its size."""

    def edit(made: PipelineFolder) -> None:
        path = made.folder / name
        before, text = path.stat(), path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        if len(old) == len(new):
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    return edit


def replaced(name: str, old: str, new: str) -> Callable[[PipelineFolder], None]:
    """Return an edit by a rename, as editors do, that keeps the file's time."""

    def edit(made: PipelineFolder) -> None:
        path = made.folder / name
        before, aside = path.stat(), path.with_suffix(".new")
        aside.write_text(path.read_text().replace(old, new))
        os.utime(aside, ns=(before.st_atime_ns, before.st_mtime_ns))
        aside.replace(path)

    return edit


def put(name: str, content) -> Callable[[PipelineFolder], object]:
    return lambda made: write(made.folder / name, content)


def remove(name: str) -> Callable[[PipelineFolder], None]:
    return lambda made: (made.folder / name).unlink()


def settings(text: str) -> Callable[[PipelineFolder], object]:
    return lambda made: (made.project.root / "nbflow.toml").write_text(TOML + text)


def swap(made: PipelineFolder) -> None:
    """Give each of two notebooks the other's name."""
    load, clean, aside = (made.folder / f"{name}.ipynb" for name in ("load", "clean", "aside"))
    load.rename(aside)
    clean.rename(load)
    aside.rename(clean)


class Case(NamedTuple):
    name: str
    change: Callable[[PipelineFolder], object]


CHANGES = [
    Case("same size and time", in_place("load.ipynb", "month: int = 1", "month: int = 7")),
    Case("other size", in_place("load.ipynb", "month: int = 1", "month: int = 12")),
    Case("replaced", replaced("load.ipynb", "month: int = 1", "month: int = 7")),
    Case("new notebook", put("late.ipynb", [cell("a = 1", "parameters")])),
    Case("notebook gone", remove("clean.ipynb")),
    Case("swapped", swap),
    Case("broken", in_place("clean.ipynb", "{", "<")),
    Case("tagged", put("untagged.ipynb", [cell("x = 1", "parameters")])),
    Case("text notebook", in_place("script.py", "2013", "2014")),
    Case("text notebook tagged", put("plain.py", '# %% tags=["parameters"]\nyear = 2013\n')),
    Case("text notebook untagged", in_place("script.py", "parameters", "parametres")),
    Case("Enum through another module", in_place("colors.py", "TAN = 2", "TAN = 3")),
    Case("Enum module gone", remove("colors.py")),
    Case("Enum module hidden", put("settings/__init__.py", "RED = 1\n")),
    Case("script to run is there now", put("rates.py", "RATE = 1\n")),
    Case("setting", settings("[steps.load]\ncache = false\n")),
    Case("exclude", lambda made: (made.project.root / "nbflow.toml").write_text("exclude = ['clean*']\n")),
    Case("declared file", in_place("data.csv", "1,2,3", "3,2,1")),
    Case("declared file replaced", replaced("data.csv", "1,2,3", "3,2,1")),
    Case("declared file gone", remove("data.csv")),
    Case("module's module", in_place("deeper.py", "X = 1", "X = 2")),
    Case("module imports more", in_place("deep.py", "import deeper", "import colors")),
    Case("module hidden", put("deeper/__init__.py", "X = 1\n")),
]  # fmt: skip


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case.name)
def test_changes_are_seen(finished: PipelineFolder, case: Case):
    before = read(finished)
    assert read(finished) == before
    case.change(finished)
    now = read(finished)
    assert now != before
    assert now == read_anew(finished)


@pytest.mark.usefixtures("later")
def test_what_did_not_change_is_not_read_again(finished: PipelineFolder, monkeypatch):
    remove("big.ipynb")(finished)  # it is never kept
    before = read(finished)
    monkeypatch.setattr(scan, "read_step", lambda *_: pytest.fail("a notebook was read"))
    monkeypatch.setattr(prepare, "hash_file", lambda *_: pytest.fail("a file was read"))
    monkeypatch.setattr(modules, "read_module", lambda *_: pytest.fail("a module was read"))
    assert read(finished) == before


@pytest.mark.usefixtures("later")
def test_a_touched_notebook_says_the_same(finished: PipelineFolder):
    before = read(finished)
    os.utime(finished.folder / "load.ipynb")
    os.utime(finished.folder / "data.csv")
    assert read(finished) == before


def test_edits_within_one_tick_of_a_coarse_clock_are_seen(finished: PipelineFolder, monkeypatch):
    """As FAT has it: times in steps of 2 s, no lasting inodes, no time of change."""
    exact = filecache.read_stamp

    def coarse(path):
        if (stamp := exact(path)) is None:
            return None
        tick = stamp[3] // 2_000_000_000 * 2_000_000_000
        return (0, 0, stamp[2], tick, tick)

    monkeypatch.setattr(filecache, "read_stamp", coarse)
    for digit in "2345678923456789":
        source = [cell(f"month = {digit}", "parameters"), cell("nbflow.write('flights', 1)")]
        put("load.ipynb", source)(finished)
        put("data.csv", digit)(finished)
        put("deep.py", f"X = {digit}")(finished)
        found = read(finished)
        assert found[0].steps["load"].parameters[0].default == digit
        assert found == read_anew(finished)


def damage(change: Callable[[bytes], bytes]) -> Callable[[PipelineFolder], None]:
    def apply(made: PipelineFolder) -> None:
        files = list(made.cache.glob("*.msgpack"))
        assert {file.stem for file in files} == {"files", "modules", "notebooks", "texts"}
        for file in files:
            file.write_bytes(change(file.read_bytes()))

    return apply


def forget(made: PipelineFolder) -> None:
    shutil.rmtree(made.cache)
    made.cache.touch()  # nothing can be read from it or written there


DAMAGES = [
    Case("empty", damage(lambda _: b"")),
    Case("cut off", damage(lambda data: data[: len(data) // 2])),
    Case("a flipped bit", damage(lambda data: data[:-3] + bytes([data[-3] ^ 1]) + data[-2:])),
    Case("zeros, as after a power cut", damage(lambda data: bytes(len(data)))),
    Case("something else", damage(lambda _: b"\x93\x01\x02\x03" * 50)),
    Case("no cache can be kept", forget),
]


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("case", DAMAGES, ids=lambda case: case.name)
def test_a_damaged_cache_is_none(finished: PipelineFolder, case: Case):
    before = read(finished)
    case.change(finished)
    assert read(finished) == before
    in_place("load.ipynb", "month: int = 1", "month: int = 7")(finished)
    now = read(finished)
    assert now[0].steps["load"].parameters[0].value == 7


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(
    "change",
    [
        lambda patch: patch.setattr(nbflow, "__version__", "0.0.1"),
        lambda patch: patch.setattr(filecache, "_read_code", list),
        lambda patch: patch.setattr(filecache.sys, "version", "3.99"),
    ],
    ids=["nbflow", "nbflow's code", "Python"],
)
def test_another_version_reads_again(finished: PipelineFolder, monkeypatch, change):
    before = read(finished)
    change(monkeypatch)
    seen = []
    real = scan.read_step
    monkeypatch.setattr(scan, "read_step", lambda *args: seen.append(args[1].stem) or real(*args))
    assert read_folder(finished) == before[0]
    assert sorted(seen) == ["big", "clean", "load", "script", "untagged"]


@pytest.mark.usefixtures("later")
def test_a_moved_project_says_the_same_of_other_places(finished: PipelineFolder, tmp_path: Path):
    """Whether a notebook is papermill's output depends on where it lies."""
    output = tmp_path.joinpath("moved", "notebooks", "out.ipynb")
    record = {"input_path": str(finished.folder / "out.ipynb"), "output_path": str(output)}
    executed = notebook(cell("a = 1", "parameters"), metadata={"papermill": record})
    write(finished.folder / "out.ipynb", executed)
    assert "out" in read(finished)[0].steps
    moved = tmp_path / "moved"
    moved.mkdir()
    for item in ("notebooks", "nbflow.toml", ".nbflow"):
        (tmp_path / item).rename(moved / item)
    there = find_pipeline(moved / "notebooks")
    assert "out" not in read(there)[0].steps
    assert read(there) == read_anew(there)


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("value", [(1, 2), 10**30, "\ud800"], ids=["tuple", "large", "surrogate"])
def test_what_would_come_back_otherwise_is_not_kept(finished: PipelineFolder, value):
    path = str(finished.folder / "data.csv")
    for _ in range(2):
        with filecache.keep_answers(finished, "any", object) as answers:
            assert answers.get(path, lambda _: value) == value


def test_looking_at_a_folder_leaves_nothing_there(tmp_path: Path):
    made = write_pipeline(tmp_path, load=LOAD, files=FILES)
    read_folder(made)
    assert not made.project.store.exists()


@pytest.mark.usefixtures("later")
def test_a_first_plan_and_its_run_read_each_notebook_once(tmp_path: Path, monkeypatch):
    made = write_pipeline(tmp_path, load=LOAD, files=FILES)
    remove("big.ipynb")(made)  # it is never kept
    before = read_folder(made)
    made.home.mkdir(parents=True)  # as a first run does
    monkeypatch.setattr(scan, "read_step", lambda *_: pytest.fail("a notebook was read"))
    assert read_folder(made) == before
    assert read_folder(made) == before  # now from the disk
    (made.folder / "load.ipynb").write_text("{}")
    with pytest.raises(pytest.fail.Exception, match="a notebook was read"):
        read_folder(made)
