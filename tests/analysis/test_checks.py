from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.present.problems import say_what
from nbflow.workspace.pipeline_folder import find_pipeline
from tests.analysis.facts import Told, tell
from tests.notebooks import cell, markdown, notebook, write_pipeline

NBFLOW = "import nbflow\n"


def reads(*names: str) -> dict[str, Any]:
    return cell(NBFLOW + "\n".join(f"nbflow.read({name!r})" for name in names), "inputs")


def writes(*names: str) -> dict[str, Any]:
    return cell(NBFLOW + "\n".join(f"nbflow.write({name!r}, 1)" for name in names), "parameters")


def untagged(*names: str) -> list[dict[str, Any]]:
    return [cell(cell_["source"]) for cell_ in [writes(*names)]]


READS = {
    # the notebooks beside `revenue`, what it reads, and what is wrong
    "found": ({"orders": [writes("paid")]}, "orders.paid", None),
    "a table that is not written": (
        {"orders": [writes("customers")]},
        "orders.paid",
        (
            "unwritten-read",
            {
                "step": "revenue",
                "ref": "orders.paid",
                "writer": "orders",
                "name": "paid",
                "writes": ["customers"],
            },
            "",
        ),
    ),
    "nothing is written": (
        {"orders": [cell("x = 1", "parameters")]},
        "orders.paid",
        (
            "unwritten-read",
            {
                "step": "revenue",
                "ref": "orders.paid",
                "writer": "orders",
                "name": "paid",
                "writes": [],
            },
            "",
        ),
    ),
    "a table of a near name": (
        {"orders": [writes("customers", "paid_orders")]},
        "orders.paid_order",
        (
            "unwritten-read",
            {
                "step": "revenue",
                "ref": "orders.paid_order",
                "writer": "orders",
                "name": "paid_order",
                "writes": ["customers", "paid_orders"],
            },
            '"orders.paid_orders"',
        ),
    ),
    "a table of another step": (
        {"orders": [writes("customers")], "other": [writes("paid")]},
        "orders.paid",
        (
            "unwritten-read",
            {
                "step": "revenue",
                "ref": "orders.paid",
                "writer": "orders",
                "name": "paid",
                "writes": ["customers"],
            },
            '"other.paid"',
        ),
    ),
    "a step of a near name": (
        {"orders": [writes("paid")]},
        "order.paid",
        (
            "unknown-read",
            {
                "step": "revenue",
                "ref": "order.paid",
                "writer": "order",
                "name": "paid",
                "steps": ["orders", "revenue"],
            },
            '"orders.paid"',
        ),
    ),
    "no such step": (
        {"orders": [writes("paid")]},
        "xyz.gone",
        (
            "unknown-read",
            {
                "step": "revenue",
                "ref": "xyz.gone",
                "writer": "xyz",
                "name": "gone",
                "steps": ["orders", "revenue"],
            },
            "",
        ),
    ),
    "a step that was renamed": (
        {"load_orders": [writes("orders")], "tidy": [writes("clean")]},
        "clean_orders.clean",
        (
            "unknown-read",
            {
                "step": "revenue",
                "ref": "clean_orders.clean",
                "writer": "clean_orders",
                "name": "clean",
                "steps": ["load_orders", "revenue", "tidy"],
            },
            '"tidy.clean"',
        ),
    ),
    "a step that was renamed, of two that write it": (
        {"archive": [writes("clean")], "tidy_orders": [writes("clean")]},
        "clean_orders.clean",
        (
            "unknown-read",
            {
                "step": "revenue",
                "ref": "clean_orders.clean",
                "writer": "clean_orders",
                "name": "clean",
                "steps": ["archive", "revenue", "tidy_orders"],
            },
            '"tidy_orders.clean"',
        ),
    ),
    "a step and a table of near names": (
        {"orders": [writes("paid")]},
        "order.payd",
        (
            "unknown-read",
            {
                "step": "revenue",
                "ref": "order.payd",
                "writer": "order",
                "name": "payd",
                "steps": ["orders", "revenue"],
            },
            '"orders.paid"',
        ),
    ),
    "a near step without such a table": (
        {"load_orders": [writes("raw")]},
        "clean_orders.clean",
        (
            "unknown-read",
            {
                "step": "revenue",
                "ref": "clean_orders.clean",
                "writer": "clean_orders",
                "name": "clean",
                "steps": ["load_orders", "revenue"],
            },
            "",
        ),
    ),
    "a notebook with a misspelt tag writes it": (
        {"orders": [cell(NBFLOW + 'nbflow.write("paid", 1)', "paramters")]},
        "orders.paid",
        (
            "untagged-read",
            {
                "step": "revenue",
                "ref": "orders.paid",
                "writer": "orders",
                "name": "paid",
                "cell": 1,
                "tag": "paramters",
                "meant": "parameters",
                "file": "orders.ipynb",
                "writes": True,
                "ref_there": "orders.paid",
            },
            'nbflow tag "notebooks/orders.ipynb" 1 parameters',
        ),
    ),
    "an untagged notebook writes it": (
        {"orders": untagged("paid")},
        "orders.paid",
        (
            "untagged-read",
            {
                "step": "revenue",
                "ref": "orders.paid",
                "writer": "orders",
                "name": "paid",
                "file": "orders.ipynb",
                "writes": True,
                "ref_there": "orders.paid",
            },
            'nbflow tag "notebooks/orders.ipynb" CELL inputs',
        ),
    ),
    "an untagged notebook of another name writes it": (
        {"sales": untagged("paid")},
        "orders.paid",
        (
            "untagged-writer",
            {
                "step": "revenue",
                "ref": "orders.paid",
                "writer": "orders",
                "name": "paid",
                "file": "sales.ipynb",
                "writes": True,
                "ref_there": "sales.paid",
            },
            'nbflow tag "notebooks/sales.ipynb" CELL inputs',
        ),
    ),
    "no table": (
        {"orders": [writes("paid")]},
        "orders",
        ("malformed-read", {"given": "orders", "known": True}, '"orders.paid"'),
    ),
    "the file's name": (
        {"orders": [writes("paid")]},
        "02 Orders.paid",
        ("malformed-read", {"given": "02 Orders.paid", "known": True}, '"orders.paid"'),
    ),
    "SQL": (
        {},
        'x"; drop table y; --',
        (
            "malformed-read",
            {"given": 'x"; drop table y; --', "known": False},
            'nbflow.read("x_drop_table_y.table")',
        ),
    ),
}


@pytest.mark.parametrize(("notebooks", "ref", "problem"), READS.values(), ids=READS)
def test_a_read_that_nobody_writes_is_a_problem(
    tmp_path: Path, notebooks: dict[str, Any], ref: str, problem: Told | None
) -> None:
    made = write_pipeline(tmp_path, **notebooks, revenue=[markdown("# Revenue"), reads(ref)])
    scan = read_folder(made)
    assert [tell(found) for found in scan.problems] == ([problem] if problem else [])
    if problem:
        place = scan.problems[0].place
        assert place is not None
        assert (place.notebook, place.cell, place.line) == ("notebooks/revenue.ipynb", 2, 2)


def test_malformed_reads_are_left_out_of_the_step(tmp_path: Path) -> None:
    scan = read_folder(
        write_pipeline(tmp_path, a=[writes("x")], b=[reads("a", ".x", "a.x.y", "a.x")])
    )
    assert [found.ref for found in scan.steps["b"].inputs] == ["a.x"]
    assert len(scan.problems) == 3


CYCLES = {
    "two": ({"a": ["b.x"], "b": ["a.x"]}, "a → b → a"),
    "itself": ({"a": ["a.x"]}, "a → a"),
    "three and others": ({"a": ["c.x"], "b": ["a.x"], "c": ["b.x"], "d": ["a.x"]}, "a → b → c → a"),
}


@pytest.mark.parametrize(("graph", "path"), CYCLES.values(), ids=CYCLES)
def test_a_cycle_is_a_problem_that_names_the_path(
    tmp_path: Path, graph: dict[str, list[str]], path: str
) -> None:
    made = {name: [writes("x"), reads(*refs)] for name, refs in graph.items()}
    scan = read_folder(write_pipeline(tmp_path, **made))
    assert [tell(found) for found in scan.problems] == [("cycle", {"steps": path.split(" → ")}, "")]
    place = scan.problems[0].place
    assert place is not None
    assert (place.notebook, place.cell) == (f"notebooks/{path.split(' → ')[1]}.ipynb", 2)


def test_the_option_after_counts_for_cycles(tmp_path: Path) -> None:
    first = notebook(writes("x"), metadata={"nbflow": {"after": ["b"]}})
    scan = read_folder(write_pipeline(tmp_path, a=first, b=[reads("a.x")]))
    assert [tell(found) for found in scan.problems] == [("cycle", {"steps": ["a", "b", "a"]}, "")]


def test_two_notebooks_of_one_name_are_a_problem(tmp_path: Path) -> None:
    files = {"01_Load.ipynb": [writes("x")], "more/load.ipynb": [writes("x")]}
    scan = read_folder(write_pipeline(tmp_path, files=files))
    paths = {"path": "notebooks/more/load.ipynb", "other": "notebooks/01_Load.ipynb"}
    told = [tell(found) for found in scan.problems]
    assert told == [("same-name", {"step": "load", **paths}, "")]
    assert [step.path for step in scan.steps.values()] == ["notebooks/01_Load.ipynb"]


HIDDEN = {
    "a write": [cell("from nbflow import write as put", "inputs"), cell("put('paid', [1)")],
    "a parameter": [cell(NBFLOW + "limit: int = (", "parameters")],
    "what is read": [cell(NBFLOW + "nbflow.read('none.x'", "inputs")],
}


@pytest.mark.parametrize("cells", HIDDEN.values(), ids=HIDDEN)
def test_what_is_not_python_is_one_problem(tmp_path: Path, cells: list[dict[str, Any]]) -> None:
    toml = "[parameters]\nlimit = 3"
    scan = read_folder(
        write_pipeline(tmp_path, toml=toml, orders=cells, revenue=[reads("orders.paid")])
    )
    assert [(found.severity, found.code) for found in scan.problems] == [
        ("error", "invalid-python")
    ]


def test_writes_that_are_not_known_are_one_problem(tmp_path: Path) -> None:
    loop = cell(NBFLOW + "for name in 'tu':\n    nbflow.write(name, 1)", "parameters")
    scan = read_folder(write_pipeline(tmp_path, orders=[loop], revenue=[reads("orders.t")]))
    assert [tell(found) for found in scan.problems] == [
        ("write-not-literal", {"call": "nbflow.write(name)"}, "")
    ]


def test_of_many_steps_that_disagree_some_are_named(tmp_path: Path) -> None:
    steps = {f"s{n}": [cell(f"month = {n // 5}", "parameters")] for n in range(6)}
    scan = read_folder(write_pipeline(tmp_path, **steps))
    (found,) = scan.problems
    assert (found.code, found.facts["parameter"], found.facts["aspect"]) == (
        "disagreement",
        "month",
        "default",
    )
    assert found.facts["values"] == {"0": ["s0", "s1", "s2", "s3", "s4"], "1": ["s5"]}
    assert say_what(found).endswith(": 0 in s0, s1, s2 and 2 more; 1 in s5.")


def test_what_the_settings_set_may_have_any_default(tmp_path: Path) -> None:
    steps = {f"s{n}": [cell(f"month = {n}", "parameters")] for n in range(2)}
    scan = read_folder(write_pipeline(tmp_path, toml="[parameters]\nmonth = 3", **steps))
    assert scan.problems == ()


EMPTY = {
    "nothing": ({}, ("no-notebooks", {"folder": "notebooks"}, "nbflow new STEP")),
    "untagged": (
        {"my load.ipynb": [cell("x")]},
        (
            "no-tags",
            {"folder": "notebooks"},
            'nbflow tag "notebooks/my load.ipynb" CELL parameters',
        ),
    ),
    "a misspelt tag": (
        {"a.ipynb": [cell("x")], "b.ipynb": [cell("x"), cell("y", "Inputs")]},
        ("no-tags", {"folder": "notebooks"}, 'nbflow tag "notebooks/b.ipynb" 2 inputs'),
    ),
    "only hidden": (
        {".a.ipynb": [writes("x")]},
        ("all-skipped", {"folder": "notebooks"}, "nbflow steps"),
    ),
}


@pytest.mark.parametrize(("files", "told"), EMPTY.values(), ids=EMPTY)
def test_a_folder_without_steps_is_a_problem(
    tmp_path: Path, files: dict[str, Any], told: Told
) -> None:
    scan = read_folder(write_pipeline(tmp_path, files=files))
    assert [tell(found) for found in scan.problems] == [told]


def test_an_empty_folder_that_is_the_root_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    scan = read_folder(find_pipeline(tmp_path / "empty"))
    assert [tell(found) for found in scan.problems] == [
        ("no-notebooks", {"folder": "empty"}, "nbflow new STEP")
    ]


PARAMETERS = {
    "a placeholder": ("month = None", "month = 2", None),
    "an empty text": ("path = ''", "path = 'a'", None),
    "a long default": (
        "path = '" + "a" * 40 + "'",
        "path = 'b'",
        f"the parameter path has not one default in all steps: '{'a' * 28}… in a; 'b' in b.",
    ),
    "the same": ("month: int = 1", "month: int = 1  # the month", None),
    "no default": ("month: int", "month: int = 2", None),
    "inferred": ("month: int = 1", "month = 1", None),
    "types": (
        "month: int = 1",
        "month: str = '1'",
        "the parameter month has not one type in all steps: int in a; str in b.",
    ),
    "defaults": (
        "month = 1",
        "month = 2",
        "the parameter month has not one default in all steps: 1 in a; 2 in b.",
    ),
}


@pytest.mark.parametrize(("one", "two", "what"), PARAMETERS.values(), ids=PARAMETERS)
def test_steps_that_disagree_on_a_parameter_are_warned_about(
    tmp_path: Path, one: str, two: str, what: str | None
) -> None:
    scan = read_folder(
        write_pipeline(tmp_path, a=[cell(one, "parameters")], b=[cell(two, "parameters")])
    )
    assert [(say_what(found), found.severity) for found in scan.problems] == (
        [(what, "warning")] if what else []
    )
