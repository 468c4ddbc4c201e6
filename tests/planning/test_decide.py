"""What happens to a step and why: decided without a kernel, a file or a clock."""

from typing import NamedTuple

import msgspec
import pytest

from nbflow.model import Cell, Input, Options, Output, Parts, Place, Planned, Reason, Result, Step
from nbflow.planning import CacheHit, Prepared, decide, make_key, make_parts
from nbflow.planning.decide import use_newest

NOW = 1_000_000.0
PLACE = Place("clean.ipynb", 2, 1)
TABLE = Output("raw", "table", hash="t1")
PARTS = Parts(
    code=(Cell(2, "rates = 1", "d1"),),
    parameters={"month": 1},
    files={"data/a.csv": "f1"},
    modules={"delays.py": "m1"},
    environment={"python": "python 3.11.7", "pandas": "pandas 3.1.0"},
)
READY = Prepared(
    step=Step("clean", "clean.ipynb", inputs=(Input("load", "raw", PLACE),)), parts=PARTS
)
INPUTS = {"load.raw": TABLE}
LAST = Result(
    id="r1",
    step="clean",
    run="0001",
    key=make_key("clean", make_parts(READY, INPUTS)),
    parts=make_parts(READY, INPUTS),
    outputs={},
    created=NOW - 60,
    seconds=2.0,
)


def remember(*results: Result, against: tuple[Reason, ...] = ()):
    return {result.key: CacheHit(result, against) for result in results}.get


def change(**parts) -> Prepared:
    return msgspec.structs.replace(READY, parts=msgspec.structs.replace(PARTS, **parts))


class Case(NamedTuple):
    name: str
    ready: Prepared
    why: tuple[Reason, ...]
    inputs: dict = INPUTS
    last: Result | None = LAST
    action: str = "run"


CASES = [
    Case("no result yet", READY, (Reason("no-result"),), last=None),
    Case("forced", msgspec.structs.replace(READY, force=True), (Reason("forced"),)),
    Case(
        "cache off",
        msgspec.structs.replace(READY, never=Reason("cache-off")),
        (Reason("cache-off"),),
    ),
    Case(
        "code",
        change(code=(Cell(4, "rates = 2", "d2"),)),
        (Reason("cell-changed", "rates = 2", after=4),),
    ),
    Case(
        "a tag that matters",
        change(code=(Cell(2, "rates = 1", "d1", ("skip-execution",)),)),
        (Reason("cell-changed", "rates = 1", after=2),),
    ),
    Case("a cell gone", change(code=()), (Reason("cell-removed", "rates = 1", before=2),)),
    Case(
        "parameter", change(parameters={"month": 2}), (Reason("parameter-changed", "month", 1, 2),)
    ),
    Case(
        "a type", change(parameters={"month": "1"}), (Reason("parameter-changed", "month", 1, "1"),)
    ),
    Case(
        "input",
        READY,
        (Reason("input-changed", "load.raw"),),
        inputs={"load.raw": Output("raw", "table", "t2")},
    ),
    Case(
        "a pickle",
        READY,
        (Reason("pickle-changed", "load.raw"),),
        inputs={"load.raw": Output("raw", "pickle", "p2")},
    ),
    Case("file", change(files={"data/a.csv": "f2"}), (Reason("file-changed", "data/a.csv"),)),
    Case("file added", change(files={"data/a.csv": "f1", "b": "x"}), (Reason("file-added", "b"),)),
    Case("module", change(modules={"delays.py": "m2"}), (Reason("module-changed", "delays.py"),)),
    Case(
        "a version",
        change(environment={"python": "python 3.11.7", "pandas": "pandas 3.1.1"}),
        (Reason("version-changed", "pandas", "pandas 3.1.0", "pandas 3.1.1"),),
    ),
    Case("waits", READY, (Reason("waits", "load"),), inputs={"load.raw": None}, action="wait"),
    Case(
        "waits, and changed itself",
        change(parameters={"month": 2}),
        (Reason("waits", "load"), Reason("parameter-changed", "month", 1, 2)),
        inputs={"load.raw": None},
        action="wait",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_why_a_step_runs(case: Case):
    planned = decide(
        case.ready, case.inputs, remember(*filter(None, [case.last])), lambda: case.last, NOW
    )
    expected = case.last.seconds if case.last else None
    assert planned == Planned("clean", case.action, case.why, expected=expected)


def test_what_did_not_change_is_reused():
    planned = decide(READY, INPUTS, remember(LAST), lambda: LAST, NOW)
    assert planned == Planned("clean", "reuse", (Reason("unchanged"),), "r1", 60.0, 2.0)


def test_a_position_and_a_first_line_are_for_people_and_do_not_count():
    moved = change(code=(Cell(9, "rates  =  1", "d1"),))
    assert decide(moved, INPUTS, remember(LAST), lambda: LAST, NOW).action == "reuse"


def test_going_back_to_older_parameters_finds_the_older_result():
    ready = change(parameters={"month": 2})
    parts = make_parts(ready, INPUTS)
    newer = msgspec.structs.replace(LAST, id="r2", parts=parts, key=make_key("clean", parts))
    assert decide(READY, INPUTS, remember(LAST, newer), lambda: newer, NOW).result == "r1"


AGAINST = [
    Reason("module-changed", "late.py"),
    Reason("input-damaged", "load.raw"),
    Reason("opened-changed", "rates.csv"),
    Reason("written-changed", "out.csv", before="clean"),
]


@pytest.mark.parametrize("against", AGAINST, ids=lambda one: one.code)
def test_what_speaks_against_a_result_makes_its_step_run(against: Reason):
    planned = decide(READY, INPUTS, remember(LAST, against=(against,)), lambda: LAST, NOW)
    assert planned == Planned("clean", "run", (against,), expected=2.0)


def test_a_result_that_is_damaged_is_the_reason_also_where_there_is_no_other():
    damaged = Reason("damaged", "r1", "values.json", "it is gone")
    planned = decide(READY, INPUTS, lambda _: CacheHit(None, (damaged,)), lambda: None, NOW)
    assert planned == Planned("clean", "run", (damaged,))


@pytest.mark.parametrize(
    "ready",
    [
        msgspec.structs.replace(READY, force=True),
        msgspec.structs.replace(READY, never=Reason("open-default", "day")),
        msgspec.structs.replace(READY, waits=("load",)),
    ],
    ids=["forced", "never", "waits"],
)
def test_a_result_is_not_looked_for_where_none_may_be_reused(ready: Prepared):
    assert decide(ready, INPUTS, remember(LAST), lambda: LAST, NOW).action != "reuse"


def test_files_of_a_step_that_is_waited_for_do_not_count_as_changed():
    ready = msgspec.structs.replace(change(files={}), waits=("fetch",))
    planned = decide(ready, INPUTS, remember(LAST), lambda: LAST, NOW)
    assert (planned.action, planned.why) == ("wait", (Reason("waits", "fetch"),))


OLD = msgspec.structs.replace(
    READY, step=msgspec.structs.replace(READY.step, options=Options(cache=30.0))
)


@pytest.mark.parametrize("now", [NOW, LAST.created - 31], ids=["old", "the clock was set back"])
def test_a_result_older_than_its_step_allows_is_made_again(now: float):
    planned = decide(OLD, INPUTS, remember(LAST), lambda: LAST, now)
    why = Reason("too-old", before=now - LAST.created, after=30.0)
    assert planned == Planned("clean", "run", (why,), expected=2.0)


def test_a_result_younger_than_its_step_allows_is_reused():
    assert decide(OLD, INPUTS, remember(LAST), lambda: LAST, LAST.created + 29).action == "reuse"


def test_a_step_that_watches_nothing_says_so():
    blind = Prepared(step=Step("clean", "clean.ipynb"), parts=Parts())
    last = msgspec.structs.replace(
        LAST, parts=blind.parts, key=make_key("clean", make_parts(blind, {}))
    )
    planned = decide(blind, {}, remember(last), lambda: last, NOW)
    assert planned.why == (Reason("unwatched"),)


RUN = Planned("clean", "run", (Reason("forced"),))


def test_the_newest_result_of_a_step_that_is_not_selected_is_used_and_called_stale():
    parts = make_parts(change(parameters={"month": 2}), INPUTS)
    found = use_newest(RUN, LAST, parts, NOW)
    assert found == Planned(
        "clean", "reuse", (Reason("parameter-changed", "month", 1, 2),), "r1", 60.0, stale=True
    )


def test_a_newest_result_of_which_nothing_changed_is_stale_for_what_makes_its_step_run():
    found = use_newest(RUN, LAST, LAST.parts, NOW)
    assert (found.why, found.stale) == ((Reason("forced"),), True)


def test_a_newest_result_that_is_reused_anyway_is_not_stale():
    reused = Planned("clean", "reuse", (Reason("unchanged"),), "r1")
    assert use_newest(reused, LAST, LAST.parts, NOW) == reused
    assert use_newest(RUN, None, LAST.parts, NOW) == RUN
