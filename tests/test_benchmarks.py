"""The benchmarks' results are rendered right: medians, ratios, targets, failures."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.benchmarks.__main__ import keep
from tests.benchmarks.charts import draw, make_charts
from tests.benchmarks.results import Machine, render, show_ratio
from tests.benchmarks.row import Group, Row, Target, is_reached

MACHINE = Machine(processor="a chip", cores=2, memory=8, system="Linux 6", python="3.11")
TWELFTH, FIFTIETH = Target(1 / 12), Target(1 / 50, limit=0.5)


def test_results_say_medians_ratios_and_what_is_reached():
    fast = Row("a step", must=TWELFTH, wish=FIFTIETH, nbflow=(0.1, 0.2, 0.3), other={"p": (4, 3)})
    group = Group("steady", "2026-01-02 03:04", 90, (fast,))

    text = render([group], MACHINE, {"p": {"papermill": "2.7"}})

    line = next(line for line in text.splitlines() if line.startswith("| a step"))
    assert [field.strip() for field in line.strip("|").split("|")] == [
        "a step",
        "200 ms (100 ms to 300 ms)",
        "p",
        "3.50 s (3.00 s to 4.00 s)",
        "1/17.5",
        "1/12: yes",
        "1/50 and under 500 ms: **no**",
        "3, 2",
    ]
    assert "a chip, 2 cores" in text
    assert "| p | papermill 2.7 |" in text
    assert "- a step: p is slow and was measured twice, not 3." in text
    assert "- a step: slow, nbflow was measured 3 times." in text


def test_each_peer_has_its_own_line_and_must_be_beaten():
    row = Row("r", must=Target(0.5), nbflow=(1.0,), other={"near": (1.5,), "far": (9.0,)})

    lines = render([Group("g", "t", 1, (row,))], MACHINE, {}).splitlines()

    assert next(line for line in lines if "near" in line).endswith(
        "| 0.67 | 0.50: **no** |  | 1, 1 |"
    )
    assert next(line for line in lines if "far" in line).endswith("| 1/9 | 0.50: yes |  | 1, 1 |")


def test_a_limit_needs_no_peer():
    row = Row("r", against="itself", must=Target(limit=0.01), nbflow=(0.004,))

    text = render([Group("g", "t", 1, (row,))], MACHINE, {})

    assert "| r | 4 ms | itself |  |  | under 10 ms: yes |  | 1 |" in text


def test_what_failed_is_said():
    text = render(
        [Group("g", "t", 1, (Row("r", error="MeasureError: no such peer"),))], MACHINE, {}
    )

    assert "| r | **not measured** |" in text
    assert "MeasureError: no such peer" in text


def test_a_row_that_fails_takes_no_earlier_figures_away(tmp_path: Path):
    file = tmp_path / "fan.json"
    good = Group("fan", "2026-01-02 03:04", 90, (Row("fan-out", nbflow=(1.0,)),))
    bad = Group("fan", "2026-02-03 04:05", 1, (Row("fan", error="MeasureError: no"),))

    for group in (bad, good, bad, bad):
        keep(file, group)

    kept = msgspec.json.decode(file.read_bytes(), type=Group)
    assert (kept.began, kept.rows) == (good.began, (*good.rows, *bad.rows))
    keep(file, good)
    assert msgspec.json.decode(file.read_bytes(), type=Group) == good


def test_ratios_are_shown_as_people_say_them():
    assert [show_ratio(one) for one in (1 / 12, 0.62, 1.4)] == ["1/12", "0.62", "1.40"]


def test_a_chart_has_a_bar_for_each():
    row = Row("author's loop: x", nbflow=(0.1,), other={"papermill's <one>": (1.0,)})

    ((name, chart),) = make_charts([row]).items()
    drawn = draw(chart)

    assert name == "bench-loop.svg"
    assert [(bar.label, bar.figure, bar.own) for bar in chart.bars] == [
        ("nbflow run", 0.1, True),
        ("papermill's <one>", 1.0, False),
    ]
    assert "papermill's &lt;one&gt;" in drawn or "papermill&#x27;s &lt;one&gt;" in drawn


def test_a_difference_below_zero_reaches_nothing():
    row = Row("slope", must=Target(0.5), nbflow=(1.9,), other={"p": (-1.2,)})

    assert is_reached(row, "p", row.must) is False
