"""A cell keeps the models of the widgets that it shows, for whoever draws their static form."""

from __future__ import annotations

from typing import Any

from nbflow.reports.widget_states import VIEW, find_states, read_states


def show(model: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "data": {VIEW: {"model_id": model}}}]


def model(**state: Any) -> dict[str, Any]:
    return {"model_name": "HBoxModel", "state": state}


MODELS = {
    "box": model(children=["IPY_MODEL_text", "IPY_MODEL_bar"], layout="IPY_MODEL_layout"),
    "text": model(value="12 of 20"),
    "bar": model(value=12, parent="IPY_MODEL_box"),
    "layout": model(),
    "other": model(value="x" * 300_000),
}


def test_a_widget_with_all_that_it_consists_of():
    assert find_states(show("box"), MODELS).keys() == {"box", "text", "bar", "layout"}
    assert find_states(show("gone"), MODELS) == {}
    assert find_states([{"output_type": "stream", "text": "a"}], MODELS) == {}


def test_none_that_is_too_large():
    assert find_states(show("other"), MODELS) == {}


def test_states_stand_in_the_metadata_of_the_notebook():
    kept = {"application/vnd.jupyter.widget-state+json": {"state": MODELS, "version_major": 2}}
    assert read_states({"widgets": kept}) == MODELS
    assert read_states({"widgets": []}) == read_states({}) == {}
