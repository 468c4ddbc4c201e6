"""A forked kernel's messages say what an ordinary kernel's say."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as some
from jupyter_client.jsonutil import extract_dates
from jupyter_client.session import Session, json_packer, json_unpacker

from nbflow.executors.local.engine import message_packing

NAMES = some.sampled_from([*message_packing.PLAIN, "data", "evalue"])
TIMES = some.datetimes(timezones=some.just(dt.UTC))
VALUES = some.none() | some.text() | some.integers(-(2**63), 2**64 - 1) | TIMES
PARTS = some.dictionaries(NAMES, VALUES)


@given(PARTS)
def test_packs_the_same(part: dict[str, object]) -> None:
    assert json.loads(message_packing.pack(part)) == json.loads(json_packer(part))


@given(PARTS)
def test_unpacks_the_same(part: dict[str, object]) -> None:
    data = json_packer(part)
    assert extract_dates(message_packing.unpack(data)) == extract_dates(json_unpacker(data))


def test_takes_what_is_no_text() -> None:
    part = {"name": "stdout", "text": "\udc80"}  # a byte that is no UTF-8
    assert message_packing.pack(part) == json_packer(part)
    assert message_packing.unpack(message_packing.pack(part)) == json_unpacker(json_packer(part))


def test_leaves_numbers_that_json_has_no_word_for_to_jupyter() -> None:
    part = {"data": {"application/json": {"x": float("nan")}}}
    with pytest.warns(UserWarning, match="not JSON compliant"):
        assert message_packing.pack(part) == json_packer(part)
    assert str(message_packing.unpack(b'{"x": NaN}')) == "{'x': nan}"


def test_leaves_a_session_alone_that_was_told_how_to_pack() -> None:
    session = Session(packer="pickle")
    before = session.pack, session.unpack
    message_packing.use(session)
    assert (session.pack, session.unpack) == before
