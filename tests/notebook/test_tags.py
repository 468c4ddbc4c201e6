from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.model import Place, Problem, Skipped
from nbflow.notebook.scan import read_folder
from tests.notebooks import cell, markdown, project

WHY = "no cell is tagged `parameters` or `inputs`"
TAGS = {
    "input": f'{WHY}, and cell 2 has `input`: `nbflow tag "notebooks/a.ipynb" 2 inputs`',
    "paramters": f'{WHY}, and cell 2 has `paramters`: `nbflow tag "notebooks/a.ipynb" 2 parameters`',
    "Inputs": f'{WHY}, and cell 2 has `Inputs`: `nbflow tag "notebooks/a.ipynb" 2 inputs`',
    "params": f'{WHY}, and cell 2 has `params`: `nbflow tag "notebooks/a.ipynb" 2 parameters`',
    "outputs": WHY,
    "slow": WHY,
}


@pytest.mark.parametrize(("tag", "why"), TAGS.items(), ids=TAGS)
def test_a_misspelt_tag_is_named_with_its_remedy(tmp_path: Path, tag: str, why: str) -> None:
    scan = read_folder(project(tmp_path, a=[markdown("# A"), cell("x = 1", tag)]))
    assert scan.skipped == (Skipped("notebooks/a.ipynb", why),)


def test_a_misspelt_tag_in_a_step_is_a_warning(tmp_path: Path) -> None:
    cells = [cell("x = 1", "paramters"), cell("y = 1", "inputs", "input")]
    scan = read_folder(project(tmp_path, a=cells, b=[cell("x = 1", "parameters", "params")]))
    assert scan.problems == (
        Problem(
            "the tag `paramters` means nothing to nbflow.",
            Place("notebooks/a.ipynb", 1, None, "x = 1"),
            'Did you mean `parameters`? `nbflow tag "notebooks/a.ipynb" 1 parameters`',
            "warning",
        ),
    )
