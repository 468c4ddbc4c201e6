"""The large numbers of a report, in each form that an author may write."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nbflow.reports.facts import KeyNumber
from nbflow.reports.key_numbers import read_numbers
from nbflow.storage import output_io

ROWS = [
    {"label": "late", "value": "24.5%", "against": "29% the year before"},
    {"label": "flights", "value": 336776},
]
NUMBERS = (KeyNumber("24.5%", "late", "29% the year before"), KeyNumber("336,776", "flights"))
FORMS = {
    "dicts": (ROWS, NUMBERS),
    "a table": (
        pd.DataFrame({"label": ["late"], "value": [0.2447], "against": [None]}),
        (KeyNumber("0.245", "late"),),
    ),
    "values by label": (
        {"late_share": 0.2447, "rows": {"value": 1200, "against": 1000}},
        (KeyNumber("0.245", "late share"), KeyNumber("1,200", "rows", "1,000")),
    ),
    "numbers of each size": (
        {"tiny": 0.000012345, "large": 12345.678, "yes": True, "none": None},
        (KeyNumber("1.23e-05", "tiny"), KeyNumber("12,346", "large"), KeyNumber("True", "yes")),
    ),
    "another table": (pd.DataFrame({"a": [1]}), ()),
    "other values": ([1, {"label": "x"}, {"value": 1}, {"label": "x", "value": [1]}], ()),
    "a text": ("late", ()),
    "a pickle": (Decimal, ()),
}


@pytest.mark.parametrize(("written", "expected"), FORMS.values(), ids=FORMS)
def test_findings(tmp_path: Path, written: Any, expected: tuple[KeyNumber, ...]):
    output = output_io.write(tmp_path, "findings", written)
    assert read_numbers(tmp_path, output) == expected


def test_no_other_name_and_no_endless_list(tmp_path: Path):
    assert read_numbers(tmp_path, output_io.write(tmp_path, "others", ROWS)) == ()
    assert len(read_numbers(tmp_path, output_io.write(tmp_path, "findings", ROWS * 50))) == 12
