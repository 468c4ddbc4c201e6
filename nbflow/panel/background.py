"""Answers each click in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nbflow.panel.messages import Messages


class Background:
    """Runs functions in threads, as a callback must not hold up the kernel.

    `tell` is called with what the panel is busy with, "" when that has ended.
    """

    def __init__(self, messages: Messages, tell: Callable[[str], None]) -> None:
        self.doing = ""
        self._messages, self._tell = messages, tell

    def later(self, act: Callable[[], None], doing: str = "") -> None:
        """Run a function in a thread; only one that is `doing` something runs at a time."""
        if doing and self.doing:
            return
        if doing:
            self._say(doing)
        threading.Thread(
            target=self._run, args=(act, doing), daemon=True, name="nbflow-panel"
        ).start()

    def _run(self, act: Callable[[], None], doing: str) -> None:
        self._messages.guarded(act, quiet=not doing, asked=bool(doing))
        if doing:
            self._say("")

    def _say(self, doing: str) -> None:
        self.doing = doing
        self._tell(doing)
