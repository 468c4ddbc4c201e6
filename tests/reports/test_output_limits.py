"""Outputs that are too large for a page are cut, and what is left out is counted."""

from __future__ import annotations

from typing import Any

import msgspec

from nbflow.reports.output_limits import CELL, PICTURE, TEXT, make_outputs


def cut(*outputs: dict[str, Any]) -> tuple[tuple[dict[str, Any], ...], int]:
    return make_outputs(msgspec.Raw(msgspec.json.encode(one)) for one in outputs)


def show(**data: Any) -> dict[str, Any]:
    named = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": named}


def stream(text: str | list[str]) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_what_is_small_stays_as_it_is_in_one_piece():
    outputs, left_out = cut(stream(["a\n", "b"]), show(text_html=["<b>", "</b>"]))
    assert outputs == (stream("a\nb"), show(text_html="<b></b>"))
    assert left_out == 0


def test_a_list_in_json_stays_a_list():
    outputs, _ = cut(show(application_json=["a", "b"]))
    assert outputs[0]["data"] == {"application/json": ["a", "b"]}


def test_a_long_text_ends_early_between_characters():
    outputs, left_out = cut(stream("é" * TEXT))
    assert outputs[0]["text"] == "é" * (TEXT // 2)
    assert left_out == TEXT


def test_a_form_that_is_too_large_gives_way_to_a_smaller_one():
    outputs, left_out = cut(show(text_html="x" * (TEXT + 1), text_plain="short"))
    assert (outputs[0]["data"], left_out) == ({"text/plain": "short"}, TEXT + 1)


def test_a_picture_may_be_larger_than_a_text():
    outputs, left_out = cut(show(image_png="x" * PICTURE), show(image_png="x" * (PICTURE + 1)))
    assert [one["data"].keys() for one in outputs] == [{"image/png"}, set()]
    assert left_out == PICTURE + 1


def test_an_error_keeps_its_message_and_its_last_frames():
    frames = ["first" * TEXT, "last"]
    error = {"output_type": "error", "ename": "E", "evalue": "why", "traceback": frames}
    (kept,), left_out = cut(error)
    assert (kept["evalue"], kept["traceback"][-1]) == ("why", "last")
    assert sum(map(len, kept["traceback"])) == TEXT
    assert left_out == 5 * TEXT + 4 - TEXT


def test_a_cell_has_room_for_so_much_and_no_more():
    outputs, left_out = cut(*[show(image_png="x" * PICTURE)] * 10)
    assert CELL - PICTURE < sum(len(one["data"].get("image/png", "")) for one in outputs) <= CELL
    assert left_out >= 7 * PICTURE


def test_half_a_character_is_no_obstacle():
    outputs, _ = make_outputs([msgspec.Raw(b'{"output_type":"stream","text":"a\\ud800b"}')])
    assert outputs[0]["text"] == "a?b"
