"""What a form holds: values, what is wrong with them, and named sets. No widget is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import ParameterError
from nbflow.panel.form_fields import make_fields
from nbflow.panel.form_inputs import UNSET
from nbflow.panel.form_values import CHANGED, DEFAULTS, FormValues, UnfitError
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write_pipeline


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    return write_pipeline(tmp_path, load=[cell("rows: int = 3\nquick: bool = True", "parameters")])


@pytest.fixture
def values(made: PipelineFolder) -> FormValues:
    return read_values(made)


def read_values(made: PipelineFolder) -> FormValues:
    values = FormValues()
    values.set_fields(make_fields(read_folder(made).steps, {}))
    values.read_sets(made)
    return values


def test_only_what_differs_from_the_defaults_is_held(values: FormValues) -> None:
    assert values.replace({"rows": 3, "quick": False, "gone": 1}) == ["gone"]
    assert values.forms == {"quick": False}
    values.take("rows", 5)
    values.take("quick", UNSET)
    assert values.forms == {"rows": 5}


def test_a_text_that_does_not_fit_is_no_value_and_is_refused(values: FormValues) -> None:
    values.take("rows", 5)
    values.take("rows", UNSET, "'abc' is not an int.")
    assert values.find("rows") == (UNSET, "'abc' is not an int.")
    assert values.forms == {}
    with pytest.raises(UnfitError, match="see below: rows"):
        values.refuse_wrong()
    values.take("rows", 4)
    values.refuse_wrong()
    assert values.find("rows") == (4, "")


def test_changes_are_told_once_and_what_is_the_same_is_not(made: PipelineFolder) -> None:
    told = []
    values = FormValues(lambda: told.append(dict(values.forms)))
    values.set_fields(make_fields(read_folder(made).steps, {}))
    told.clear()
    values.take("rows", 5)
    values.take("rows", 5)
    values.take("rows", form=True)  # which is not 1
    values.set_fields(list(values.fields))
    assert told == [{"rows": 5}, {"rows": True}]


def test_a_field_that_is_gone_takes_its_value_with_it(values: FormValues) -> None:
    values.replace({"rows": 5, "quick": False})
    values.set_fields([field for field in values.fields if field.key == "quick"])
    assert values.forms == {"quick": False}


def test_sets_of_values_are_kept_by_name(made: PipelineFolder, values: FormValues) -> None:
    values.take("rows", 9)
    values.save_set(made, "many")
    again = read_values(made)
    assert again.choice == DEFAULTS
    assert again.use_set("many") == []
    assert (again.choice, again.forms) == ("many", {"rows": 9})
    again.use_set(DEFAULTS)
    assert (again.choice, again.forms) == (DEFAULTS, {})
    again.use_set("many")
    again.take("rows", 8)
    assert (again.choice, again.chosen) == (CHANGED, "many")
    again.save_set(made, "")  # by the name of the set that is chosen
    assert again.choice == "many"
    again.remove_set(made)
    assert (again.choice, again.chosen, again.forms) == (CHANGED, DEFAULTS, {"rows": 8})
    assert json.loads((made.home / "values.json").read_text())["sets"] == {}


def test_values_that_a_set_has_and_no_step_any_more_are_told(
    made: PipelineFolder, values: FormValues
) -> None:
    values.replace({"rows": 9, "quick": False})
    values.save_set(made, "both")
    values.set_fields([field for field in values.fields if field.key == "quick"])
    assert values.use_set("both") == ["rows"]
    assert values.choice == "both"


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "Type a name for these values"), ("defaults", "stands for the values in the notebooks")],
)
def test_a_set_needs_a_name_that_is_not_that_of_the_defaults(
    made: PipelineFolder, values: FormValues, name: str, said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        values.save_set(made, name)
    assert not (made.home / "values.json").exists()


def test_what_does_not_fit_is_not_saved(made: PipelineFolder, values: FormValues) -> None:
    values.take("rows", UNSET, "'abc' is not an int.")
    with pytest.raises(ParameterError, match="correct the value in red"):
        values.save_set(made, "many")
