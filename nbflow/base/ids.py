"""Ids of results and runs: they sort by time, and each is later than those that are there."""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

NameFault = Literal["", "newest", "id", "option", "blank"]
_SECONDS = "%Y%m%d-%H%M%S"
_ID = re.compile(r"(\d{8}-\d{6})-([0-9a-f]{3})[0-9a-f]+")
_MEANT = {"last", "latest"}  # words that stand for a run
_APART = 16  # milliseconds: processes whose clocks are all behind do not choose the same one


def make_id(now: float | None = None, *, after: str = "") -> str:
    """Return an id: date and time in UTC, milliseconds in hex, and chance.

    It is later than the id `after`, also where the clock is behind.
    """
    at = int((time.time() if now is None else now) * 1000)
    if after and at <= (last := _read_milliseconds(after)):
        at = last + random.randint(1, _APART)  # noqa: S311 - no secret
    seconds, rest = divmod(at, 1000)
    said = time.strftime(_SECONDS, time.gmtime(seconds))
    return f"{said}-{rest:03x}{os.urandom(2).hex()[:3]}"


def make_next_id(folder: Path, now: float | None = None) -> str:
    """Return an id that is later than each that lies in a folder, whichever host made it."""
    return make_id(now, after=find_last_id(folder))


def find_last_id(folder: Path) -> str:
    """Return the latest id that lies in a folder, "" where there is none."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - of 1,000 runs
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return max(filter(_ID.fullmatch, names), default="")


def find_named(text: str, ids: Sequence[str], read_name: Callable[[str], str]) -> list[str]:
    """Return the ids that a text stands for: an id, else a name, else the beginning of ids.

    `ids` are those of runs, the newest first: of several with one name the newest is meant.
    """
    if text in ids:
        return [text]
    named = next((one for one in ids if text and read_name(one) == text), None)
    return [named] if named else [one for one in ids if one.startswith(text)]


def find_name_fault(name: str, ids: Sequence[str] = ()) -> NameFault:
    """Return why a run cannot be called so, "" where it can: it is to be found by its name.

    `ids` are those of the runs that there are.
    """
    if name in _MEANT:
        return "newest"
    if name in ids or _ID.fullmatch(name):
        return "id"
    if name.startswith("-"):
        return "option"
    return "blank" if name != name.strip() or not name.isprintable() else ""


def read_time(an_id: str) -> float | None:
    """Return when an id was made, in seconds since the epoch; None for another text."""
    milliseconds = _read_milliseconds(an_id)
    return milliseconds / 1000 if milliseconds else None


def _read_milliseconds(an_id: str) -> int:
    """Return when an id was made, in milliseconds since the epoch; 0 for another text."""
    found = _ID.fullmatch(an_id)
    if found is None:
        return 0
    try:
        at = datetime.fromisoformat(f"{found[1].replace('-', 'T')}Z")
    except ValueError:  # digits that are no date
        return 0
    return int(at.timestamp()) * 1000 + int(found[2], 16)
