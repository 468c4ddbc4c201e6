from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Command, Place, Problem, Skipped
from tests.notebooks import cell, markdown, write_pipeline

TAGS = {
    "input": "inputs",
    "paramters": "parameters",
    "Inputs": "inputs",
    "params": "parameters",
    "outputs": None,
    "slow": None,
}


@pytest.mark.parametrize(("tag", "meant"), TAGS.items(), ids=TAGS)
def test_a_misspelt_tag_is_named_with_its_remedy(
    tmp_path: Path, tag: str, meant: str | None
) -> None:
    scan = read_folder(write_pipeline(tmp_path, a=[markdown("# A"), cell("x = 1", tag)]))
    plain = Skipped("notebooks/a.ipynb", "untagged")
    facts = {"cell": 2, "tag": tag, "meant": meant}
    slip = replace(plain, facts=facts, remedy=Command("tag", ("2", str(meant)), plain.path))
    assert scan.skipped == (slip if meant else plain,)


def test_a_misspelt_tag_in_a_step_is_a_warning(tmp_path: Path) -> None:
    cells = [cell("x = 1", "paramters"), cell("y = 1", "inputs", "input")]
    scan = read_folder(write_pipeline(tmp_path, a=cells, b=[cell("x = 1", "parameters", "params")]))
    assert scan.problems == (
        Problem(
            "misspelt-tag",
            Place("notebooks/a.ipynb", 1, None, "x = 1"),
            {"tag": "paramters", "meant": "parameters"},
            Command("tag", ("1", "parameters"), "notebooks/a.ipynb"),
            "warning",
        ),
    )
