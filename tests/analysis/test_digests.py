"""What of a cell counts for the key, and what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nbflow.analysis.code import sql_tokens as sqltokens
from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Step
from tests.notebooks import cell, notebook, write_pipeline

CONNECTION = duckdb.connect()
TAG = cell("month = 1", "parameters")
WORK = cell("x = month")
LOAD = cell("%load_ext nbflow")
OWN = {
    "loading": "%load_ext nbflow",
    "loading again": "%reload_ext nbflow",
    "a command": "%nbflow plan",
    "the panel": "%nbflow",
    "several": "%load_ext nbflow\n# look at it\n%nbflow\n\n%nbflow plan --to x",
    "the panel by Python": "import nbflow\nnbflow.controls()",
    "the panel by another name": "import nbflow as nf\nnf.controls('.')\n%nbflow",
    "with a semicolon": "import nbflow\nnbflow.controls();",
    "on several lines": "import nbflow\nnbflow.controls(\n    '.',\n)",
}
NOT_OWN = {
    "another extension": "%load_ext autoreload",
    "a value": "plan = %nbflow plan",
    "work": "import nbflow\nnbflow.write('x', 1)",
    "an import alone": "import nbflow",
    "another's controls": "import widgets\nwidgets.controls()",
    "a command of the shell": "!nbflow plan",
    "a time": "%time nbflow",
}


@pytest.mark.parametrize("source", OWN.values(), ids=OWN)
def test_own_lines_do_not_count(tmp_path: Path, source: str) -> None:
    with_them = digests(tmp_path / "1", TAG, cell(source), WORK, cell(source))
    assert with_them == digests(tmp_path / "2", TAG, WORK)


@pytest.mark.parametrize("source", NOT_OWN.values(), ids=NOT_OWN)
def test_other_lines_count(tmp_path: Path, source: str) -> None:
    assert digests(tmp_path / "1", TAG, cell(source)) != digests(tmp_path / "2", TAG)


MIXED = {
    "above": "%load_ext nbflow\nx = month\ny = 2",
    "between": "x = month\n%nbflow plan\ny = 2",
    "below": "x = month\ny = 2\n%nbflow",
}


@pytest.mark.parametrize("source", MIXED.values(), ids=MIXED)
def test_own_lines_among_others_do_not_count(tmp_path: Path, source: str) -> None:
    assert digests(tmp_path / "1", TAG, cell(source)) == digests(
        tmp_path / "2", TAG, cell("x = month\ny = 2")
    )


def test_what_stands_on_a_line_with_an_own_one_counts(tmp_path: Path) -> None:
    found = [
        digests(
            tmp_path / str(number), TAG, cell(f"import nbflow\ny = {number}; nbflow.controls()")
        )
        for number in range(2)
    ]
    assert found[0] != found[1]


QUERY = "%%sql --write late\nselect a.x, 'it''s -- no comment' as text\nfrom clean.flights a"
SAME = {
    "a line end more": QUERY + "\n",
    "blanks at the end": QUERY + "   \n\n",
    "a comment": QUERY.replace("\nfrom", " -- why $month\n\nfrom"),
    "a comment in between": QUERY.replace(" as ", " /* a /* b */ 'c' */ as\n  "),
    "widths": QUERY.replace("a.x, ", "a . x,").replace("clean.flights a", "clean.flights\n\t  a"),
    "blanks in the magic's line": QUERY.replace("sql --write late", "sql   --write  late "),
    "Windows lines": QUERY.replace("\n", "\r\n"),
}
OTHER = {
    "a name": QUERY.replace("a.x", "a.y"),
    "a space in a text": QUERY.replace("-- no", "--  no"),
    "what looks like a comment": QUERY.replace(" -- no comment", ""),
    "a table": QUERY.replace("late", "lates"),
    "a word": QUERY.replace("from", "from from"),
    "no magic of ours": QUERY.replace("%%sql --write late", "%%bash"),
}


@pytest.mark.parametrize("source", SAME.values(), ids=SAME)
def test_layout_and_comments_of_a_query_do_not_count(tmp_path: Path, source: str) -> None:
    assert digests(tmp_path / "1", TAG, LOAD, cell(source)) == digests(
        tmp_path / "2", TAG, LOAD, cell(QUERY)
    )


@pytest.mark.parametrize("source", OTHER.values(), ids=OTHER)
def test_the_text_of_a_query_counts(tmp_path: Path, source: str) -> None:
    assert digests(tmp_path / "1", TAG, LOAD, cell(source)) != digests(
        tmp_path / "2", TAG, LOAD, cell(QUERY)
    )


def test_a_query_on_a_line_counts_by_its_tokens(tmp_path: Path) -> None:
    first = digests(tmp_path / "1", TAG, LOAD, cell("é = %sql select  'é' as a  -- why"))
    same = digests(tmp_path / "2", TAG, LOAD, cell("é = %sql select 'é' as a"))
    other = digests(tmp_path / "3", TAG, LOAD, cell("e = %sql select 'é' as a"))
    assert first == same != other


def test_the_sql_of_another_extension_counts_as_text(tmp_path: Path) -> None:
    """Its dialect may have other comments and texts."""
    jupysql = cell("%load_ext sql")
    first = digests(tmp_path / "1", TAG, jupysql, cell("%%sql\nselect 1"))
    assert first != digests(tmp_path / "2", TAG, jupysql, cell("%%sql\nselect  1"))


ENDLESS = ["select 'a", 'select "a', "select /* a", "select $$a", "select $x$a$$"]


@pytest.mark.parametrize("query", ENDLESS)
def test_what_does_not_end_has_no_tokens(query: str) -> None:
    assert sqltokens.read_tokens(query) is None


PIECES = st.sampled_from(
    [
        *("1", "1.5", "1e+5", ".5", "a", "b", "e", '"a b"', "'t'", "'t--'", "e'\\''", "x'00'"),
        *("$$ t -- $$", "$q$ ' $q$", "$p", "+", "-", "*", "/", "<", "->>", "::", "||", "@", "!~"),
        *("(", ")", ",", ".", " ", "\n", "--c\n", "/*c*/", "/* /*c*/ ' */", "and", "int", "#1"),
    ]
)


@settings(max_examples=200, derandomize=True)
@given(st.lists(PIECES, max_size=8), st.lists(st.sampled_from(["", " ", "\n", "/*c*/", "--c\n"])))
def test_queries_of_equal_tokens_mean_the_same(pieces: list[str], between: list[str]) -> None:
    """Whatever stands between the pieces: DuckDB itself tells what both mean."""
    one = "select " + "".join(pieces)
    gaps = [*between, *[""] * len(pieces)]
    other = "select " + "".join(a + b for a, b in zip(pieces, gaps, strict=False))
    assume(sqltokens.read_tokens(one) == sqltokens.read_tokens(other))
    assert read_meaning(one) == read_meaning(other)


def read_meaning(query: str) -> Any:
    options = "skip_null := true, skip_empty := true, skip_default := true"
    rows = CONNECTION.execute(f"select json_serialize_sql($q, {options})", {"q": query}).fetchall()
    tree = json.loads(rows[0][0])
    return None if tree.get("error") else drop_places(tree)


def drop_places(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {k: drop_places(v) for k, v in tree.items() if "query_location" not in k}
    return [drop_places(one) for one in tree] if isinstance(tree, list) else tree


def digests(tmp_path: Path, *cells: dict[str, Any]) -> list[str]:
    step: Step = read_folder(write_pipeline(tmp_path, step=notebook(*cells))).steps["step"]
    return [found.digest for found in step.cells]
