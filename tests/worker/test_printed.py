"""Output that is too much: in pieces, in linear time, up to max_output, and said."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from nbflow.base.text import parse_size, say_bytes
from nbflow.executors.local.worker.failure import cut_failure
from nbflow.executors.local.worker.output_budget import Budget
from nbflow.executors.local.worker.printed_lines import PIECE, Printed, shorten
from nbflow.model import Failure
from nbflow.model.events import OutputPrinted
from tests.notebooks import cell
from tests.worker.jobs import execute, make_job, read_executed


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["a\nb"], ["a\n", "b\n"]),
        (["a", "b\n"], ["ab\n"]),
        (["10%\r20%\r", "30%\n"], ["30%\n"]),
        (["x" * PIECE, "y\n"], ["x" * PIECE + "y\n"]),
        (["x\n" * PIECE], ["x\n" * PIECE]),
        (["", ""], []),
    ],
)
def test_lines_are_told_whole_and_nothing_is_lost(texts: list[str], told: list[str]) -> None:
    printed = Printed()
    pieces = [piece for text in texts for piece in printed.take(text, None)] + [*printed.end()]
    assert "".join(pieces) == "".join(told)
    assert all(len(piece) <= PIECE for piece in pieces)


def test_a_line_without_end_takes_linear_time() -> None:
    def measure(count: int) -> float:
        printed, started = Printed(), time.process_time()
        size = sum(len(piece) for _ in range(count) for piece in printed.take("x" * 250_000, None))
        size += len("".join(printed.end())) - 1
        assert size == count * 250_000
        return time.process_time() - started

    assert measure(400) < 40 * max(measure(40), 0.01)


def stream(text: str) -> dict[str, Any]:
    return {"msg_type": "stream", "content": {"name": "stdout", "text": text}}


def test_a_budget_keeps_the_beginning_and_counts_the_rest() -> None:
    budget = Budget(10)
    first, second, third = stream("1234567"), stream("89abcde"), stream("f")
    assert [budget.take(0, one) for one in (first, second, third)] == [True, True, False]
    assert (first["content"]["text"], second["content"]["text"]) == ("1234567", "89a")
    assert budget.cut == {0: 5}


def test_what_is_cleared_makes_room() -> None:
    budget = Budget(10)
    clear = {"msg_type": "clear_output", "content": {"wait": True}}
    for _ in range(5):
        assert budget.take(0, clear)
        assert budget.take(0, stream("x" * 9))
    assert budget.cut == {}


def test_an_output_that_is_too_large_leaves_room_for_those_that_fit() -> None:
    budget = Budget(10)
    large = {"msg_type": "display_data", "content": {"data": {"text/html": "x" * 11}}}
    assert [budget.take(0, large), budget.take(1, stream("small"))] == [False, True]
    assert budget.cut == {0: 11}


def test_long_errors_keep_their_start_and_end() -> None:
    failure = Failure("error", "E", "a" * 10**6 + "z", traceback="b" * 10**6)
    cut = cut_failure(failure)
    assert (len(cut.message) < 5_000, len(cut.traceback) < 21_000) == (True, True)
    assert (cut.message[0], cut.message[-1]) == ("a", "z")
    assert "characters are left out here" in cut.message
    assert shorten("short", 10) == "short"


@pytest.mark.parametrize(
    ("size", "count"), [("100 MB", 10**8), ("1.5 GB", 15 * 10**8), ("2kB", 2000)]
)
def test_sizes_are_read(size: str, count: int) -> None:
    assert parse_size(size) == count


@pytest.mark.parametrize("size", ["100", "MB", "1 MiB", "", "-1 MB"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(ValueError, match=f"^{size}$"):
        parse_size(size)


@pytest.mark.kernel
def test_beyond_max_output_the_log_has_it_and_the_notebook_says_so(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        cell("for i in range(2000): print(i)\ndisplay({'text/html': 'h' * 5000}, raw=True)"),
        cell("print('x' * 500_000)\n1/0"),
        max_output=2_000,
    )
    outcome, events = execute(job)
    printed = [event.text for event in events if isinstance(event, OutputPrinted)]
    log = Path(job.folder, "log.txt").read_text(encoding="utf-8")
    first, second = (one for one in read_executed(job)["cells"] if one["cell_type"] == "code")
    text = "".join("".join(out["text"]) for out in first["outputs"])
    assert text.startswith("".join(f"{i}\n" for i in range(500)))
    assert "12 kB of this cell's output are left out" in text
    assert text.endswith("They are in jobs/step/log.txt.\n")
    assert "".join(f"{i}\n" for i in range(2000)) in log
    assert "h" * 5000 in log
    assert "x" * 500_000 in log
    assert "500 kB of this cell's output are left out" in "".join(second["outputs"][-1]["text"])
    assert any(out["output_type"] == "error" for out in second["outputs"])
    assert sum(map(len, printed)) < 4_000
    (warning,) = outcome.warnings
    assert (warning.code, warning.facts["of"]) == ("outputs-cut", "the step")
    assert (warning.facts["most"], warning.facts["log"]) == (2000, "jobs/step/log.txt")
    assert say_bytes(warning.facts["bytes"]) == "512 kB"
