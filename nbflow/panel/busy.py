"""What the panel is busy with: clicks are answered in threads of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nbflow.panel.notice import Notice


class Busy:
    """Runs functions in threads; `doing` is what the one does that holds up the others.

    `changed` is called when that begins and ends.
    """

    def __init__(self, notice: Notice, changed: Callable[[], None]) -> None:
        self.doing = ""
        self._notice, self._changed = notice, changed

    def later(self, act: Callable[[], None], doing: str = "") -> None:
        """Run in a thread of its own: a callback must not hold up the kernel.

        What is `doing` something is left out while another does.
        """
        if doing:
            if self.doing:
                return
            self.doing = doing
            self._changed()

        def run() -> None:
            self._notice.guarded(act, quiet=not doing, asked=bool(doing))
            if doing:
                self.doing = ""
                self._changed()

        threading.Thread(target=run, daemon=True, name="nbflow-panel").start()
