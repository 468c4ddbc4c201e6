"""Bars of progress that are not nbflow's own: tqdm's, as text and as widgets."""

from __future__ import annotations

import re
import time
from typing import Any

Bar = tuple[float, str]  # how much is done, 0 to 1, and words for it

_TEXT = re.compile(r"^\s*(?P<label>.*?)(?::\s+|\s*)(?P<percent>\d{1,3})%\|[^|]*\|\s*(?P<rest>.*)$")
_MODELS = ("FloatProgressModel", "IntProgressModel")
_PAUSE = 0.1  # seconds between bars; a loop may turn a million times a second


class Bars:
    """Reads what a job's kernel sends; of nested widgets the outermost that is not full counts."""

    def __init__(self) -> None:
        self._widgets: dict[str, dict[str, Any]] = {}  # by comm, in the order of their making
        self._next = float("-inf")  # on the monotonic clock

    def read_line(self, line: str) -> Bar | None:
        """Return the bar that a line shows, as `50%|#####     | 5/10 [00:01<00:01]`."""
        if "%|" not in line or (found := _TEXT.match(line)) is None:
            return None
        fraction = min(int(found["percent"]), 100) / 100
        words = (found["label"], found["rest"].partition(" [")[0])
        return self._pause((fraction, " ".join(filter(None, words))))

    def read_message(self, content: dict[str, Any]) -> Bar | None:
        """Return the bar after a message of a widget's comm."""
        name, data = content.get("comm_id", ""), content.get("data", {})
        state = data.get("state") if isinstance(data, dict) else None
        if not isinstance(state, dict):
            return None
        if state.get("_model_name") in _MODELS and state.get("bar_style") != "info":
            self._widgets[name] = {"min": 0.0, "max": 100.0, "value": 0.0}
        if name not in self._widgets:
            return None
        self._widgets[name].update((k, v) for k, v in state.items() if isinstance(v, int | float))
        bars = list(map(_make_bar, self._widgets.values()))
        return self._pause(next((bar for bar in bars if bar[0] < 1), bars[-1]))

    def _pause(self, bar: Bar) -> Bar | None:
        """Return the bar, unless another was returned just now; one that is full always."""
        now = time.monotonic()
        if now < self._next and bar[0] < 1:
            return None
        self._next = now + _PAUSE
        return bar


def _make_bar(widget: dict[str, Any]) -> Bar:
    start, end, value = widget["min"], widget["max"], widget["value"]
    fraction = (value - start) / (end - start) if end > start else 1.0
    return min(max(fraction, 0.0), 1.0), f"{value:g}/{end:g}"
