"""What planning hashes contains what a cell gets from `nbflow.file`, whatever the tree."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nbflow.base.globs import LEFT_OUT, find_place
from nbflow.errors import CallError, PipelineError
from nbflow.model import FileInput, Place
from nbflow.notebook_api.files import find_files
from tests.analysis.declared import read_files

NAMES = st.sampled_from(["a", "b.csv", ".h", "d", "x[1]", "__pycache__"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
LINKS = st.tuples(PATHS, st.sampled_from([".", "..", "nb", "nb/d", "../ext", "../../ext", "a"]))
PARTS = st.sampled_from(
    ["*", "**", "..", ".*", "d", "a", "*.csv", "[ab]*", "?", ".h", "x[1]", "nb"]
)
PATTERNS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


def make_tree(outer: Path, files: list[str], links: list[tuple[str, str]]) -> Path:
    top = outer / "so/deep/that/no/pattern/leaves/it"
    for name in [*(f"nb/{one}" for one in files), "ext/e.csv", "ext/d/.h"]:
        with contextlib.suppress(OSError):
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_text(name)
    for name, target in links:
        with contextlib.suppress(OSError):
            (top / "nb" / name).symlink_to(target)
    (top / "nb").mkdir(parents=True, exist_ok=True)
    return top / "nb"


def below(path: Path) -> set[str]:
    """Return the real paths of all files that a cell can reach from what it got."""
    if path.is_file():
        return {os.path.realpath(path)}
    found, seen, todo = set(), set(), [os.path.realpath(path)]
    while todo:
        folder = todo.pop()
        if folder in seen:
            continue
        seen.add(folder)
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                if entry.name in LEFT_OUT:
                    continue
                with contextlib.suppress(OSError):
                    if entry.is_dir():
                        todo.append(os.path.realpath(entry.path))
                    elif entry.is_file():
                        found.add(os.path.realpath(entry.path))
    return found


@given(st.lists(PATHS, max_size=6), st.lists(LINKS, max_size=4), PATTERNS)
def test_what_is_hashed_contains_what_the_cell_got(files, links, pattern):
    with tempfile.TemporaryDirectory() as top:
        folder = make_tree(Path(os.path.realpath(top)), files, links)
        try:
            got = find_files(pattern, folder)
        except CallError:
            got = None
        try:
            hashed = read_files([FileInput(pattern, Place("n", 1))], {}, folder, folder)
        except PipelineError:
            hashed = None
        assert (got is None) == (hashed is None)
        if got is None or hashed is None:
            return
        reached = set().union(*map(below, [got] if isinstance(got, Path) else got))
        keys = {os.path.realpath(folder / key) for key in hashed}
        assert reached <= keys
        for path in reached:
            assert not Path(path).is_dir()


@given(st.lists(PATHS, max_size=6), PATTERNS)
def test_a_pattern_knows_what_it_will_match_before_it_is_there(files, pattern):
    """For trees without links, and patterns that do not go up behind a wildcard."""
    with tempfile.TemporaryDirectory() as top:
        folder = make_tree(Path(os.path.realpath(top)), files, [])
        try:
            hashed = read_files([FileInput(pattern, Place("n", 1))], {}, folder, folder)
        except PipelineError:
            return
        wild = min((pattern.find(one) for one in "*?[" if one in pattern), default=len(pattern))
        if ".." in pattern[wild:] or "x[1]" in pattern:
            return
        for key in hashed:
            path = os.path.realpath(folder / key)
            assert find_place(pattern, folder, path), (pattern, key)
