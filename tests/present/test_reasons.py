"""The sentences of reasons: each code with an example, as people read it."""

from __future__ import annotations

from typing import get_args

import pytest

from nbflow.model import Failure, Planned, Reason, make_warning
from nbflow.model.reasons import Code
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_hint, say_reason, say_reasons, say_why

GOLDEN = [
    (Reason("forced"), "forced"),
    (Reason("cache-off"), "cache = false"),
    (Reason("open-default", "day"), "parameter day has no literal default"),
    (Reason("no-result"), "no result yet"),
    (Reason("unread", after="No kernel is called r."), "No kernel is called r."),
    (Reason("too-old", before=30000.0, after=21600.0), "older than 6 h, as its option cache says"),
    (Reason("result-removed"), "the result for these was removed"),
    (Reason("not-reusable"), "last one not reusable"),
    (Reason("damaged", "20261130-113000-1a2b", "tables.duckdb", "it is gone"),
     "its result is damaged (tables.duckdb: it is gone)"),
    (Reason("input-damaged", "load.flights"), "load.flights was read of a result that was found damaged"),
    (Reason("cell-changed", "rates = 2", after=4), "code: cell 4 (`rates = 2`)"),
    (Reason("more-cells-changed", after=5), "code: 5 more cells"),
    (Reason("cell-removed", "rates = 2", before=4), "code: cell removed (`rates = 2`)"),
    (Reason("cells-reordered"), "code: cells in another order"),
    (Reason("parameter-changed", "month", 1, "01"), 'parameter month: 1 → "01"'),
    (Reason("parameter-added", "month"), "parameter month added"),
    (Reason("parameter-removed", "month"), "parameter month gone"),
    (Reason("input-changed", "load.flights"), "input load.flights changed"),
    (Reason("input-added", "load.flights"), "input load.flights added"),
    (Reason("input-removed", "load.flights"), "input load.flights gone"),
    (Reason("pickle-changed", "fit.model"), "input fit.model changed (a pickle: equal objects may differ)"),
    (Reason("columns-changed", "load.flights", ["a", "b"], ["c"]),
     "input load.flights: column a gone, column b gone, c new"),
    (Reason("rows-changed", "load.flights", 3, 4), "input load.flights: 3 → 4 rows"),
    (Reason("file-changed", "data/a.csv"), "file data/a.csv changed"),
    (Reason("file-added", "data/a.csv"), "file data/a.csv added"),
    (Reason("file-removed", "data/a.csv"), "file data/a.csv gone"),
    (Reason("opened-changed", "data/a.csv"), "file data/a.csv changed, which it opened without declaring it"),
    (Reason("written-changed", "out.csv", before="clean"), "file out.csv is not as clean left it"),
    (Reason("module-changed", "rates.py"), "module rates.py changed"),
    (Reason("module-added", "rates.py"), "module rates.py added"),
    (Reason("module-removed", "rates.py"), "module rates.py gone"),
    (Reason("version-changed", "pandas", "pandas 3.1.0", "pandas 3.1.1"), "pandas 3.1.0 → pandas 3.1.1"),
    (Reason("waits", "load"), "waits for load"),
    (Reason("waits-for-run", "20261130-113000-1a2b"), "waits for run 20261130-113000-1a2b, which executes the same"),
    (Reason("unchanged"), "unchanged"),
    (Reason("unwatched"), "unchanged; watches nothing but its code and parameters"),
    (Reason("blocked", "load"), "load failed"),
    (Reason("stopped", "load"), "load failed; --keep-going runs what does not depend on it"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "text"), GOLDEN, ids=lambda one: getattr(one, "code", ""))
def test_each_code_has_a_sentence(reason: Reason, text: str):
    assert say_reason(reason) == text


def test_the_list_of_sentences_is_whole():
    assert [reason.code for reason, _ in GOLDEN] == list(get_args(Code))


def test_a_run_that_is_not_known_is_another_run():
    assert say_reason(Reason("waits-for-run")) == "waits for another run, which executes the same"


def test_a_long_value_is_cut():
    said = say_reason(Reason("parameter-changed", "text", "a", "b" * 100))
    assert said == 'parameter text: "a" → "' + "b" * 38 + "…"


def test_what_a_step_waits_for_and_what_blocks_it_is_listed_once():
    waits = [Reason("waits", "load"), Reason("waits", "clean"), Reason("file-added", "a.csv")]
    assert say_reasons(waits) == "waits for load, clean; file a.csv added"
    assert say_reasons([Reason("blocked", "a"), Reason("blocked", "b")]) == "a, b failed"
    assert say_reasons([]) == ""


def test_braces_in_a_name_are_no_placeholders():
    assert say_reason(Reason("file-added", "{month}.csv")) == "file {month}.csv added"
    assert (
        say_reason(Reason("cell-changed", "f'{before}'", after=2)) == "code: cell 2 (`f'{before}'`)"
    )


def test_what_is_reused_says_how_old_it_is_and_whether_it_is_stale():
    reused = Planned("load", "reuse", (Reason("unchanged"),), "r1", 7300.0)
    assert say_why(reused) == "unchanged; 2 h old"
    stale = Planned("load", "reuse", (Reason("file-changed", "a.csv"),), "r1", 7300.0, stale=True)
    assert say_why(stale) == "stale: file a.csv changed; 2 h old"


HINTS = [
    ((), "differs from its last success (run r1): nothing nbflow watches"),
    (
        (Reason("input-changed", "a.t"),),
        "differs from its last success (run r1): input a.t changed; code unchanged",
    ),
    (
        (Reason("cell-changed", "x = 1", after=2),),
        "differs from its last success (run r1): code: cell 2 (`x = 1`)",
    ),
]


@pytest.mark.parametrize(("changes", "text"), HINTS)
def test_a_failure_says_what_differs_from_the_last_success(changes: tuple[Reason, ...], text: str):
    failure = Failure("error", "KeyError", "'n'", last_success="r1", changes=changes)
    assert say_hint(failure) == text
    slow = make_warning("too-slow", option="timeout", seconds=2.0)
    assert say_hint(Failure("error", "KeyError", "'n'", advice=slow)) == say_problem(slow)
