"""Progress: what is shown, and how often."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import pytest

import nbflow
from nbflow.errors import CallError
from nbflow.notebook_api.display import Progress, make_data, make_plain


@pytest.mark.parametrize(
    ("fraction", "text", "data", "plain"),
    [
        (0.4, "joining", {"fraction": 0.4, "text": "joining"}, "40% joining"),
        (1, "", {"fraction": 1.0, "text": ""}, "100%"),
        (1.0000001, "", {"fraction": 1.0, "text": ""}, "100%"),
        (-3, "x", {"fraction": 0.0, "text": "x"}, "0% x"),
        (None, "joining", {"fraction": None, "text": "joining"}, "joining"),
    ],
)
def test_what_is_shown(fraction: Any, text: str, data: dict[str, Any], plain: str) -> None:
    assert make_data(fraction, text) == data
    assert make_plain(data) == plain


def test_no_fraction() -> None:
    with pytest.raises(CallError, match=r"nbflow.progress\('half', …\): the first is a fraction"):
        nbflow.progress("half")  # type: ignore[arg-type]


def test_nothing_happens_in_a_plain_script() -> None:
    code = "import nbflow; nbflow.progress(0.4, 'joining')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_loop_is_shown_ten_times_a_second_and_its_end_always() -> None:
    throttle = Progress()
    times = [number / 1000 for number in range(5001)]
    shown = [at for at in times if throttle.allows("joining", 100 + at, last=at == times[-1])]
    assert shown[-1] == times[-1]
    assert 45 <= len(shown) <= 52
    assert min(b - a for a, b in itertools.pairwise(shown[:-1])) >= 0.099


def test_changes_of_text_pass_at_once_and_a_flood_of_them_does_not() -> None:
    throttle = Progress()
    assert [throttle.allows(text, 100.0, last=False) for text in "abc"] == [True, True, True]
    flood = [throttle.allows(str(number), 100.001, last=False) for number in range(1000)]
    assert sum(flood) < 20
