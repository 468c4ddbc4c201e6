"""How far a step is, shown in its notebook by a MIME type that a run listens to."""

from __future__ import annotations

import threading
import time
from typing import Any

from nbflow.errors import CallError
from nbflow.notebook_api.messages import find_shell

MIME = "application/vnd.nbflow.progress+json"
_INTERVAL = 0.1  # seconds between two fractions under one text
_RATE, _BURST = 10.0, 20.0  # displays per second on average, and at once

_lock = threading.Lock()


class _Throttle:
    """Lets changes of text pass at once, but never a flood of them."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.sent = 0.0
        self.tokens = _BURST

    def allows(self, text: str, now: float, *, last: bool) -> bool:
        due = text != self.text or last or now - self.sent >= _INTERVAL
        tokens = min(_BURST, self.tokens + (now - self.sent) * _RATE)
        if not due or tokens < 1:
            return False
        self.text, self.sent, self.tokens = text, now, tokens - 1
        return True


_throttle = _Throttle()
_shown: dict[int, str] = {}  # the cell's execution count to the display it updates


def show_progress(fraction: float | None, text: str) -> None:
    """Show or update the cell's one progress display; nothing where there is no kernel."""
    data = make_data(fraction, text)
    shell = find_shell()
    with _lock:
        if shell and _throttle.allows(data["text"], time.monotonic(), last=data["fraction"] == 1):
            _display(shell, data)


def make_data(fraction: float | None, text: str) -> dict[str, Any]:
    """Return what the MIME type holds: a fraction within 0 to 1 or None, and a text."""
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


def _display(shell: Any, data: dict[str, Any]) -> None:
    count = shell.execution_count
    update = count in _shown
    if not update:
        _shown.clear()
        _shown[count] = f"nbflow-progress-{count}-{time.time_ns()}"
    shell.display_pub.publish(
        {MIME: data, "text/plain": make_plain(data)},
        metadata={},
        transient={"display_id": _shown[count]},
        update=update,
    )
