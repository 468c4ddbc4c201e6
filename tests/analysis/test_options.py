from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Options
from nbflow.present.problems import say_hint, say_what
from tests.notebooks import cell, notebook, project

TAG = cell("month = 1", "parameters")


def test_options_come_from_the_metadata_the_settings_and_the_defaults(tmp_path: Path) -> None:
    toml = """
        [defaults]
        timeout = 60
        owner = "all"
        [steps.a]
        owner = "me"
        cache = "6h"
    """
    metadata = {"nbflow": {"description": "A", "writes": ["x"], "timeout": 1.5}}
    found = project(tmp_path, toml=toml, a=notebook(TAG, metadata=metadata), b=[TAG])
    scan = read_folder(found)
    assert scan.problems == ()
    assert scan.steps["a"].options == Options(
        cache=21600.0, description="A", owner="me", timeout=1.5, writes=("x",)
    )
    assert scan.steps["b"].options == Options(timeout=60, owner="all")


WRONG = {
    "unknown": (
        {"timout": 1},
        "",
        "notebooks/a.ipynb, metadata.nbflow: unknown option `timout`.",
        "Did you mean `timeout`?",
    ),
    "unknown and far": (
        {"xyz": 1},
        "",
        "notebooks/a.ipynb, metadata.nbflow: unknown option `xyz`.",
        "Known: after, cache, cell_timeout, description, kernel, makes, max_output, owner, timeout, writes.",
    ),
    "a number": (
        {"timeout": "10"},
        "",
        (
            "notebooks/a.ipynb, metadata.nbflow: the option `timeout` is '10', and must be "
            "a number of seconds above 0."
        ),
        "Correct it.",
    ),
    "no time": (
        {"timeout": 0},
        "",
        (
            "notebooks/a.ipynb, metadata.nbflow: the option `timeout` is 0, and must be "
            "a number of seconds above 0."
        ),
        "Correct it.",
    ),
    "an age": (
        {"cache": "6 hours"},
        "",
        (
            "notebooks/a.ipynb, metadata.nbflow: the option `cache` is '6 hours', and must be "
            'true, false or an age such as "6h".'
        ),
        "Correct it.",
    ),
    "a list": (
        {},
        '[steps.a]\nwrites = "x"',
        (
            "nbflow.toml, [steps.a]: the option `writes` is 'x', and must be a list of names that "
            'are identifiers, as in ["a", "b"].'
        ),
        "Correct it.",
    ),
    "a text": (
        {},
        "[defaults]\nowner = 3",
        "nbflow.toml, [defaults]: the option `owner` is 3, and must be a text.",
        "Correct it.",
    ),
    "no table": (
        [1],
        "",
        "notebooks/a.ipynb, metadata.nbflow: this is [1], and must be a table of options.",
        "Correct it.",
    ),
    "in both places": (
        {"owner": "me"},
        '[steps.a]\nowner = "you"',
        "the option `owner` of a stands in its notebook and in nbflow.toml.",
        "Remove it from one of them.",
    ),
    "no such step": (
        {},
        '[steps.aa]\nowner = "you"',
        "nbflow.toml has [steps.aa], but there is no step aa.",
        "Did you mean [steps.a]?",
    ),
    "after no such step": (
        {"after": ["b"]},
        "",
        "a comes after b, its option says, but there is no step b.",
        "The steps are: a.",
    ),
}


@pytest.mark.parametrize(("metadata", "toml", "what", "hint"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_a_problem(
    tmp_path: Path, metadata: Any, toml: str, what: str, hint: str
) -> None:
    made = notebook(TAG, metadata={"nbflow": metadata})
    scan = read_folder(project(tmp_path, toml=toml, a=made))
    assert [(say_what(problem), say_hint(problem)) for problem in scan.problems] == [(what, hint)]
    assert scan.problems[0].severity == ("warning" if "[steps.aa]" in what else "error")
