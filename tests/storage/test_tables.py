"""Names, parts of tables and errors, through `write` and `read`."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import pytest

from nbflow.errors import NbflowError, StoreError, UnknownNameError
from nbflow.storage import output_io
from nbflow.storage.duckdb.connections import connect
from nbflow.storage.duckdb.filling import fill
from nbflow.storage.duckdb.result_tables import make_view, query
from nbflow.storage.quoting import quote

FRAME = pd.DataFrame(
    {"a": [1, 2, 3], "B b": ["x", None, "z"], "c0": [1.5, 2.5, 3.5]}, index=["i", "j", "k"]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('it\'s; a "folder"')
    output_io.write(folder, "t", FRAME)
    output_io.write(folder, "value", (1, 2))
    return folder


PARTS = {
    "columns": ({"columns": ["c0", "a"]}, FRAME[["c0", "a"]]),
    "one column": ({"columns": "a"}, FRAME[["a"]]),
    "rows": ({"where": "a >= 2"}, FRAME[FRAME.a >= 2]),
    "rows by a column that is not read": (
        {"columns": ["a"], "where": "\"B b\" = 'z' -- the last"},
        FRAME.loc[["k"], ["a"]],
    ),
    "rows by the index": ({"where": "\"index\" = 'j'"}, FRAME.loc[["j"]]),
    "rows by a physical name": ({"where": "c0 > 2"}, FRAME[FRAME.c0 > 2]),
}


@pytest.mark.parametrize(("options", "expected"), PARTS.values(), ids=PARTS)
def test_parts_of_a_table(folder, options, expected):
    pd.testing.assert_frame_equal(output_io.read(folder, "t", **options), expected)


@pytest.mark.parametrize("to", ["arrow", "polars", "relation", "reader"])
def test_parts_in_every_form(folder, to):
    back = output_io.read(folder, "t", to=to, columns=["B b"], where="a <> 2")

    shown = {
        "arrow": lambda: dict(back.to_pydict()),
        "polars": lambda: back.to_dict(as_series=False),
        "relation": lambda: back.to_arrow_table().to_pydict(),
        "reader": lambda: back.read_all().to_pydict(),
    }[to]()
    assert shown == {"B b": ["x", "z"]}


def test_labels_that_are_no_text(tmp_path):
    frame = pd.DataFrame([[1, 2, 3]], columns=[0, ("a", 1), "0"])
    output_io.write(tmp_path, "t", frame)

    assert output_io.read(tmp_path, "t", columns=[("a", 1), 0]).columns.tolist() == [("a", 1), 0]


ERRORS = {
    "table": ({"name": "T"}, UnknownNameError, "wrote t, value. Did you mean"),
    "column": ({"columns": ["b b"]}, UnknownNameError, "no column 'b b'. Did you mean 'B b'?"),
    "condition's column": (
        {"where": "aa > 1"},
        UnknownNameError,
        "no column 'aa', which where='aa > 1' names. Did you mean 'a'?",
    ),
    "condition": ({"where": "a >"}, StoreError, "where='a >' is no condition that DuckDB"),
    "form": ({"to": "excel"}, StoreError, "to='excel' is not known. Use one of: pandas, arrow"),
    "part of a value": (
        {"name": "value", "columns": ["a"]},
        StoreError,
        "'value' is no table but pickle (tuple)",
    ),
}


MISSING = {
    "a near name": (
        "totl",
        'report.totl: report wrote months, total. Did you mean "report.total"?',
    ),
    "no near name": ("xyz", "report.xyz: report wrote months, total."),
    "no name": (
        "",
        (
            "report: this names a step, but nothing that it wrote: months, total. "
            'For example "report.months".'
        ),
    ),
}


@pytest.mark.parametrize(("name", "message"), MISSING.values(), ids=MISSING)
def test_what_a_step_did_not_write_is_told_by_its_name(tmp_path, name, message):
    folder = tmp_path / "report" / "20261101-000000-aaaa"
    for written in ("total", "months"):
        output_io.write(folder, written, 1)
    with pytest.raises(UnknownNameError) as error:
        output_io.read(folder, name)

    assert str(error.value) == message


@pytest.mark.parametrize(("options", "kind", "message"), ERRORS.values(), ids=ERRORS)
def test_errors_say_what_to_do(folder, options, kind, message):
    with pytest.raises(NbflowError) as error:
        output_io.read(folder, **{"name": "t"} | options)

    assert type(error.value) is kind
    assert message in str(error.value)


@pytest.mark.parametrize(
    "name",
    ["a b", "Ä", 'quo"te', "it's", "x; DROP TABLE t; --", "../up", "select", "CON", "n" * 300],
)
def test_any_name(tmp_path, name):
    output_io.write(tmp_path / "t", name, FRAME)
    output_io.write(tmp_path / "v", name, (1, 2))

    pd.testing.assert_frame_equal(output_io.read(tmp_path / "t", name), FRAME)
    assert output_io.read(tmp_path / "v", name) == (1, 2)
    assert len(query(f"FROM {quote(name)}.{quote(name)}", {(name, name): tmp_path / "t"})) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t", "v"]


@pytest.mark.parametrize(
    ("name", "message"),
    [("t", "'t' was already written"), ("T", "'T' and 't' differ only by"), (" ", "needs a name")],
)
def test_names_are_written_once(tmp_path, name, message):
    output_io.write(tmp_path, "t", 1)

    with pytest.raises(StoreError, match=message):
        output_io.write(tmp_path, name, 2)

    assert output_io.read(tmp_path, "t") == 1


def test_nothing_is_kept_as_nothing(tmp_path):
    assert output_io.write(tmp_path, "n", None).kind == "nothing"
    assert output_io.read(tmp_path, "n") is None


def test_outputs_are_listed_as_written(tmp_path):
    assert output_io.read_outputs(tmp_path) == {}

    outputs = {
        name: output_io.write(tmp_path, name, value) for name, value in [("t", FRAME), ("v", 1)]
    }

    assert output_io.read_outputs(tmp_path) == outputs
    assert outputs["t"].columns == {
        "a": "BIGINT",
        "B b": "VARCHAR",
        "c0": "DOUBLE",
        "index": "VARCHAR",
    }


def test_any_duckdb_opens_the_file(tmp_path):
    output_io.write(tmp_path, "t", FRAME)
    fill(tmp_path)

    with duckdb.connect(str(tmp_path / "tables.duckdb"), read_only=True) as connection:
        assert connection.sql('SELECT "B b" FROM t WHERE a = 3').fetchall() == [("z",)]
    assert sorted(at.name for at in tmp_path.iterdir()) == [
        "arrow", "outputs.json", "tables.duckdb", "tables.json",
    ]  # fmt: skip


def test_a_view_follows_its_result(tmp_path):
    for number in (1, 2):
        output_io.write(tmp_path / str(number), "t", pd.DataFrame({"x": [number]}))
    connection = connect()

    for number in (1, 2, 2):
        make_view(connection, "step", "t", tmp_path / str(number))
        assert connection.sql("SELECT x FROM step.t").fetchall() == [(number,)]


def test_a_view_survives_a_later_write(tmp_path):
    output_io.write(tmp_path, "t", FRAME)
    assert len(query("FROM own.t", {("own", "t"): tmp_path})) == 3

    output_io.write(tmp_path, "u", FRAME)

    assert len(query("FROM own.t JOIN own.u USING (a)", {("own", "u"): tmp_path})) == 3


def test_a_query_takes_parameters_and_no_variables_of_ours(tmp_path):
    output_io.write(tmp_path, "t", FRAME)

    rows = query("SELECT a FROM s.t WHERE a > $least", {("s", "t"): tmp_path}, {"least": 2})

    assert rows.fetchall() == [(3,)]
    with pytest.raises(duckdb.CatalogException):
        query("SELECT * FROM tables", {})


def test_sizes_are_counted(tmp_path):
    output = output_io.write(tmp_path, "t", pd.DataFrame({"x": np.arange(1000)}))

    assert (output.rows, output.bytes) == (1000, 8000)


def test_a_lazy_result_does_not_stand_in_the_way(tmp_path):
    for name in ("s", "t"):
        output_io.write(tmp_path / name, "x", pd.DataFrame({"i": range(500_000)}))
    half = query("FROM s.x", {("s", "x"): tmp_path / "s"}).to_arrow_reader(1000)
    half.read_next_batch()

    assert len(output_io.read(tmp_path / "t", "x")) == 500_000
    with pytest.raises(StoreError, match="an earlier result is still being read"):
        query("FROM s.x", {("s", "x"): tmp_path / "t"})
    output_io.write(tmp_path / "t", "copy", half)
    assert len(output_io.read(tmp_path / "t", "copy")) == 499_000
