"""Shows a step's progress in its notebook, by a MIME type that a run listens to."""

from __future__ import annotations

import threading
import time
from typing import Any

from nbflow.errors import CallError
from nbflow.notebook_api.messages import find_shell

MIME = "application/vnd.nbflow.progress+json"
_INTERVAL = 0.1  # seconds between two fractions under one text
_RATE, _BURST = 10.0, 20.0  # displays per second on average, and at once


class Progress:
    """The progress that a kernel shows: one display a cell, updated at a limited rate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._text: str | None = None
        self._sent = 0.0
        self._tokens = _BURST
        self._shown: dict[int, str] = {}  # the cell's execution count to the display it updates

    def show(self, fraction: float | None, text: str) -> None:
        """Show or update the cell's one progress display; nothing where there is no kernel."""
        data = make_data(fraction, text)
        shell = find_shell()
        with self._lock:
            last = data["fraction"] == 1
            if shell and self.allows(data["text"], time.monotonic(), last=last):
                self._display(shell, data)

    def allows(self, text: str, now: float, *, last: bool) -> bool:
        """Tell whether to show now; changes of text are shown at once."""
        due = text != self._text or last or now - self._sent >= _INTERVAL
        tokens = min(_BURST, self._tokens + (now - self._sent) * _RATE)
        if not due or tokens < 1:
            return False
        self._text, self._sent, self._tokens = text, now, tokens - 1
        return True

    def _display(self, shell: Any, data: dict[str, Any]) -> None:
        count = shell.execution_count
        update = count in self._shown
        if not update:
            self._shown = {count: f"nbflow-progress-{count}-{time.time_ns()}"}
        shell.display_pub.publish(
            {MIME: data, "text/plain": make_plain(data)},
            metadata={},
            transient={"display_id": self._shown[count]},
            update=update,
        )


def make_data(fraction: float | None, text: str) -> dict[str, Any]:
    """Return the data of the MIME type: a fraction from 0 to 1 or None, and a text."""
    try:
        part = None if fraction is None else min(max(float(fraction), 0.0), 1.0)
    except (TypeError, ValueError) as error:
        raise CallError(
            f"nbflow.progress({fraction!r}, …): the first is a fraction from 0 to 1, or None. "
            'Write nbflow.progress(0.4, "joining").'
        ) from error
    return {"fraction": part, "text": str(text)}


def make_plain(data: dict[str, Any]) -> str:
    percent = "" if data["fraction"] is None else f"{data['fraction']:.0%}"
    return " ".join(part for part in (percent, data["text"]) if part)
