"""The JSON lines between an executor and its worker processes; private to the two."""

from __future__ import annotations

from typing import Any

import msgspec

from nbflow.model import Frozen, Job, Outcome
from nbflow.model.events import KINDS, Event


class Start(Frozen, frozen=True, tag="start"):
    """To the worker: execute this job. `more`: others in such a kernel are likely to follow."""

    job: Job
    more: bool = False


class Stop(Frozen, frozen=True, tag="stop"):
    """To the worker: stop the job under way."""


class Told(Frozen, frozen=True, tag="told"):
    """From the worker: something happened."""

    kind: str
    body: dict[str, Any]


class Launched(Frozen, frozen=True, tag="launched"):
    """From the worker: the process group of the job's kernel."""

    group: int


class Ended(Frozen, frozen=True, tag="ended"):
    """From the worker: the job is over."""

    outcome: Outcome


Order = Start | Stop
Answer = Told | Launched | Ended
_ORDERS: msgspec.json.Decoder[Order] = msgspec.json.Decoder(Order)
_ANSWERS: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def to_line(message: Order | Answer) -> bytes:
    try:
        return msgspec.json.encode(message) + b"\n"
    except UnicodeEncodeError:  # strict JSON has no lone surrogates; a user's texts may
        return msgspec.json.encode(show_surrogates(msgspec.to_builtins(message))) + b"\n"


def show_surrogates(value: Any) -> Any:
    """Return a value of JSON with its lone surrogates as Python writes them: as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {show_surrogates(name): show_surrogates(one) for name, one in value.items()}
    return list(map(show_surrogates, value)) if isinstance(value, list) else value


def read_order(line: bytes) -> Order:
    return _ORDERS.decode(line)


def read_answer(line: bytes) -> Answer:
    return _ANSWERS.decode(line)


def make_told(event: Event) -> Told:
    return Told(type(event).__name__, msgspec.to_builtins(event))


def make_event(told: Told) -> Event:
    return msgspec.convert(told.body, KINDS[told.kind])
