"""How a client knows that a kernel is ready.

jupyter_client waits until nothing came for 0.2 s: who connects to an older kernel may hear what is
for others. Here it is known what an answer looks like.
"""

from __future__ import annotations

from typing import Any

REPLY = 1.0  # seconds, after which to ask a silent kernel again
POKE = 0.03  # seconds; `iopub_welcome` was lost 5 times in 3,000

Message = dict[str, Any]


class Greeting:
    """Asks a kernel until it has answered on shell, and is known to be heard on iopub.

    After a restart a `welcome` may be the last kernel's, and tells nothing.
    """

    def __init__(self, client: Any, *, welcome: bool = True) -> None:
        self._client, self._welcome = client, welcome
        self._asked: set[str] = set()
        self.info: Message | None = None  # the `kernel_info_reply`
        self.heard = False

    @property
    def over(self) -> bool:
        return self.info is not None and self.heard

    @property
    def patience(self) -> float:
        """The seconds to wait for a message until the kernel is asked again."""
        return REPLY if self.info is None else POKE

    def ask(self) -> None:
        self._asked.add(self._client.kernel_info())

    def take(self, channel: str, message: Message) -> None:
        ours = message["parent_header"].get("msg_id") in self._asked
        if channel == "shell":
            self.info = message if ours else self.info
        elif ours or (self._welcome and message["msg_type"] == "iopub_welcome"):
            self.heard = True
