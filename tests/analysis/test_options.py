from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Options
from tests.analysis.facts import Told, tell
from tests.notebooks import cell, notebook, write_pipeline

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
    found = write_pipeline(tmp_path, toml=toml, a=notebook(TAG, metadata=metadata), b=[TAG])
    scan = read_folder(found)
    assert scan.problems == ()
    assert scan.steps["a"].options == Options(
        cache=21600.0, description="A", owner="me", timeout=1.5, writes=("x",)
    )
    assert scan.steps["b"].options == Options(timeout=60, owner="all")


@pytest.mark.parametrize(("given", "read"), [(5, 5), ("2 kB", 2000)])
def test_a_size_is_a_number_of_bytes_or_a_text(tmp_path: Path, given: object, read: int) -> None:
    made = notebook(TAG, metadata={"nbflow": {"max_output": given}})
    assert read_folder(write_pipeline(tmp_path, a=made)).steps["a"].options.max_output == read


WRONG = {
    "unknown": (
        {"timout": 1},
        "",
        (
            "unknown-option",
            {
                "where": "notebooks/a.ipynb, metadata.nbflow",
                "option": "timout",
                "known": [
                    "after",
                    "cache",
                    "cell_timeout",
                    "description",
                    "kernel",
                    "makes",
                    "max_output",
                    "owner",
                    "report",
                    "timeout",
                    "writes",
                ],
            },
            "timeout",
        ),
    ),
    "unknown and far": (
        {"xyz": 1},
        "",
        (
            "unknown-option",
            {
                "where": "notebooks/a.ipynb, metadata.nbflow",
                "option": "xyz",
                "known": [
                    "after",
                    "cache",
                    "cell_timeout",
                    "description",
                    "kernel",
                    "makes",
                    "max_output",
                    "owner",
                    "report",
                    "timeout",
                    "writes",
                ],
            },
            "",
        ),
    ),
    "a number": (
        {"timeout": "10"},
        "",
        (
            "bad-option",
            {"where": "notebooks/a.ipynb, metadata.nbflow", "option": "timeout", "given": "'10'"},
            "",
        ),
    ),
    "no time": (
        {"timeout": 0},
        "",
        (
            "bad-option",
            {"where": "notebooks/a.ipynb, metadata.nbflow", "option": "timeout", "given": "0"},
            "",
        ),
    ),
    "an age": (
        {"cache": "6 hours"},
        "",
        (
            "bad-option",
            {
                "where": "notebooks/a.ipynb, metadata.nbflow",
                "option": "cache",
                "given": "'6 hours'",
            },
            "",
        ),
    ),
    "a list": (
        {},
        '[steps.a]\nwrites = "x"',
        ("bad-option", {"where": "nbflow.toml, [steps.a]", "option": "writes", "given": "'x'"}, ""),
    ),
    "a text": (
        {},
        "[defaults]\nowner = 3",
        ("bad-option", {"where": "nbflow.toml, [defaults]", "option": "owner", "given": "3"}, ""),
    ),
    "no table": (
        [1],
        "",
        ("not-options", {"where": "notebooks/a.ipynb, metadata.nbflow", "given": "[1]"}, ""),
    ),
    "in both places": (
        {"owner": "me"},
        '[steps.a]\nowner = "you"',
        ("option-twice", {"option": "owner", "step": "a", "file": "nbflow.toml"}, ""),
    ),
    "no such step": (
        {},
        '[steps.aa]\nowner = "you"',
        ("unknown-step-setting", {"file": "nbflow.toml", "step": "aa"}, "[steps.a]"),
    ),
    "after no such step": (
        {"after": ["b"]},
        "",
        ("unknown-after", {"step": "a", "after": "b", "steps": ["a"]}, ""),
    ),
}


@pytest.mark.parametrize(("metadata", "toml", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_a_problem(tmp_path: Path, metadata: Any, toml: str, told: Told) -> None:
    made = notebook(TAG, metadata={"nbflow": metadata})
    scan = read_folder(write_pipeline(tmp_path, toml=toml, a=made))
    assert [tell(problem) for problem in scan.problems] == [told]
    assert (scan.problems[0].severity == "warning") == (told[0] == "unknown-step-setting")
