"""The order in which tasks are decided and started, without running anything."""

from __future__ import annotations

from nbflow.execution.schedule import Schedule
from nbflow.model import Reason, TaskId

PARENTS = {"load": set(), "note": set(), "clean": {"load"}, "report": {"clean", "note"}}
BLAME = (Reason("blocked", "load"),)


def make(**seconds: float) -> Schedule:
    return Schedule(PARENTS, {name: seconds.get(name, 1.0) for name in PARENTS})


def take_all(schedule: Schedule) -> list[str]:
    taken = []
    while schedule.has_ready:
        taken.append(str(schedule.take_ready()))
    return taken


def test_what_delays_most_comes_first() -> None:
    assert take_all(make()) == ["load", "note"]
    assert take_all(make(note=9.0)) == ["note", "load"]


def test_of_equals_the_one_that_the_plan_has_first_comes_first() -> None:
    schedule = Schedule({"b": set(), "a": set()}, {"a": 1.0, "b": 1.0})
    assert take_all(schedule) == ["b", "a"]


def test_a_task_is_ready_when_all_that_it_needs_is_settled() -> None:
    schedule = make()
    take_all(schedule)
    schedule.settle(TaskId("load"))
    assert take_all(schedule) == ["clean"]
    schedule.settle(TaskId("clean"))
    assert take_all(schedule) == []
    schedule.settle(TaskId("note"))
    assert take_all(schedule) == ["report"]
    assert list(schedule.open) == [TaskId("report")]


def test_a_parent_that_is_not_in_the_run_is_not_waited_for() -> None:
    schedule = Schedule({"clean": {"load"}}, {"clean": 1.0})
    assert take_all(schedule) == ["clean"]


def test_tasks_that_may_start_come_in_the_same_order() -> None:
    schedule = make(note=9.0)
    for name in ("load", "note"):
        schedule.allow_start(TaskId(name))
    assert [str(schedule.take_startable()) for _ in range(2)] == ["note", "load"]
    assert not schedule.has_startable


def test_a_failure_is_to_blame_for_all_below_it() -> None:
    schedule = make()
    take_all(schedule)
    schedule.settle(TaskId("load"), BLAME)
    assert schedule.find_blame(TaskId("clean")) == BLAME
    assert schedule.find_blame(TaskId("note")) == ()
    schedule.settle(TaskId("clean"), BLAME)
    assert schedule.find_blame(TaskId("report")) == BLAME


def test_what_was_cancelled_releases_nothing() -> None:
    schedule = make()
    take_all(schedule)
    schedule.settle(TaskId("load"), release=False)
    assert not schedule.has_ready
    assert TaskId("clean") in schedule.open
