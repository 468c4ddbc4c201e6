"""What happens to a step and why: decided without a kernel, a file or a clock."""

from typing import NamedTuple

import msgspec
import pytest

from nbflow.model import Cell, Input, Options, Output, Parts, Place, Planned, Result, Step
from nbflow.plan import Prepared, Recalled, decide, make_key, make_parts

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


def remember(*results: Result, changed: tuple[str, ...] = ()):
    return {result.key: Recalled(result, changed) for result in results}.get


def change(**parts) -> Prepared:
    return msgspec.structs.replace(READY, parts=msgspec.structs.replace(PARTS, **parts))


class Case(NamedTuple):
    name: str
    ready: Prepared
    why: tuple[str, ...]
    inputs: dict = INPUTS
    last: Result | None = LAST
    action: str = "run"


CASES = [
    Case("no result yet", READY, ("no result yet",), last=None),
    Case("forced", msgspec.structs.replace(READY, force=True), ("forced",)),
    Case("cache off", msgspec.structs.replace(READY, never="cache = false"), ("cache = false",)),
    Case("code", change(code=(Cell(4, "rates = 2", "d2"),)), ("code: cell 4 (`rates = 2`)",)),
    Case(
        "a tag that matters",
        change(code=(Cell(2, "rates = 1", "d1", ("skip-execution",)),)),
        ("code: cell 2 (`rates = 1`)",),
    ),
    Case("a cell gone", change(code=()), ("code: cell removed (`rates = 1`)",)),
    Case("parameter", change(parameters={"month": 2}), ("parameter month: 1 → 2",)),
    Case("a type", change(parameters={"month": "1"}), ('parameter month: 1 → "1"',)),
    Case(
        "input",
        READY,
        ("input load.raw changed",),
        inputs={"load.raw": Output("raw", "table", "t2")},
    ),
    Case(
        "a pickle",
        READY,
        ("input load.raw changed (a pickle: equal objects may differ)",),
        inputs={"load.raw": Output("raw", "pickle", "p2")},
    ),
    Case("file", change(files={"data/a.csv": "f2"}), ("file data/a.csv changed",)),
    Case("file added", change(files={"data/a.csv": "f1", "b": "x"}), ("file b added",)),
    Case("module", change(modules={"delays.py": "m2"}), ("module delays.py changed",)),
    Case(
        "a version",
        change(environment={"python": "python 3.11.7", "pandas": "pandas 3.1.1"}),
        ("pandas 3.1.0 → pandas 3.1.1",),
    ),
    Case("waits", READY, ("waits for load",), inputs={"load.raw": None}, action="wait"),
    Case(
        "waits, and changed itself",
        change(parameters={"month": 2}),
        ("waits for load", "parameter month: 1 → 2"),
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
    assert planned == Planned("clean", "reuse", ("unchanged",), "r1", 60.0, 2.0)


def test_a_position_and_a_first_line_are_for_people_and_do_not_count():
    moved = change(code=(Cell(9, "rates  =  1", "d1"),))
    assert decide(moved, INPUTS, remember(LAST), lambda: LAST, NOW).action == "reuse"


def test_going_back_to_older_parameters_finds_the_older_result():
    ready = change(parameters={"month": 2})
    parts = make_parts(ready, INPUTS)
    newer = msgspec.structs.replace(LAST, id="r2", parts=parts, key=make_key("clean", parts))
    assert decide(READY, INPUTS, remember(LAST, newer), lambda: newer, NOW).result == "r1"


def test_a_module_that_only_ran_saw_counts_too():
    planned = decide(READY, INPUTS, remember(LAST, changed=("late.py",)), lambda: LAST, NOW)
    assert (planned.action, planned.why) == ("run", ("module late.py changed",))


def test_a_result_older_than_its_step_allows_is_made_again():
    old = msgspec.structs.replace(
        READY,
        step=msgspec.structs.replace(READY.step, options=Options(cache="30s")),
        max_age=30.0,
    )
    assert decide(old, INPUTS, remember(LAST), lambda: LAST, NOW).why == ("older than cache = 30s",)


def test_a_step_that_watches_nothing_says_so():
    blind = Prepared(step=Step("clean", "clean.ipynb"), parts=Parts())
    last = msgspec.structs.replace(
        LAST, parts=blind.parts, key=make_key("clean", make_parts(blind, {}))
    )
    planned = decide(blind, {}, remember(last), lambda: last, NOW)
    assert planned.why == ("unchanged; watches nothing but its code and parameters",)
