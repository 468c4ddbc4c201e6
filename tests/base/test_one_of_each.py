"""What each room needs is written once: no other module does it in its own way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nbflow
from nbflow.base.stat_cache import _read_code

PRODUCT = Path(nbflow.__file__).parent
# What is done, by its pattern, and the modules that do it.
ONCE = {
    "the nearest of known names": ("difflib.get_close_matches", {"base/nearest.py"}),
    "a file aside": (
        r'\.part"|os\.replace\(|\b(part|aside)\.(replace|rename)\((?!")',
        {
            "base/atomic_files.py",
            # Others may be at work on a file that is filled: its parts have their own names.
            "storage/duckdb/filling.py",
            "storage/duckdb/database_file.py",
        },
    ),
    "a lock": (r"\bflock\(", {"base/locks.py"}),
}


@pytest.mark.parametrize("what", ONCE)
def test_it_is_written_once(what: str) -> None:
    pattern, known = ONCE[what]
    found = {
        path.relative_to(PRODUCT).as_posix()
        for path in PRODUCT.rglob("*.py")
        if re.search(pattern, path.read_text(encoding="utf-8"))
    }
    assert found == known


def test_the_cache_of_answers_watches_the_modules_that_answer() -> None:
    watched = dict(_read_code())
    assert None not in watched.values()
    assert {"analysis", "base", "model"} <= {Path(file).parent.name for file in watched}
