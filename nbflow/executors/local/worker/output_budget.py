"""How much output of a job its notebook and its events take; the rest lies in its log."""

from __future__ import annotations

from typing import Any

OUTPUTS = frozenset({"stream", "display_data", "execute_result"})


class Budget:
    """Counts bytes of outputs by cell; `most` is the job's option `max_output`."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.cut: dict[int, int] = {}  # by the index of a cell: how much of its output is left out
        self._kept: dict[int, int] = {}
        self._left = most
        self._clears: set[int] = set()  # cells whose next output replaces all before

    def take(self, index: int, message: dict[str, Any]) -> bool:
        """Take a cell's message, or of its text what there is room for; False: none of it."""
        kind, content = message["msg_type"], message["content"]
        if kind == "clear_output":
            self._clear(index, wait=bool(content.get("wait")))
        if kind not in OUTPUTS:
            return True
        if index in self._clears:
            self._clear(index, wait=False)
        size = measure(content)
        if size <= self._left:
            self._keep(index, size)
            return True
        text = content.get("text", "")[: self._left] if kind == "stream" else ""
        kept = measure({"text": text})
        self.cut[index] = self.cut.get(index, 0) + size - kept
        self._keep(index, kept)
        if kind == "stream":
            content["text"] = text
        return bool(text)

    def _keep(self, index: int, size: int) -> None:
        self._kept[index] = self._kept.get(index, 0) + size
        self._left -= size

    def _clear(self, index: int, *, wait: bool) -> None:
        """Give back the room of what a cell takes back, now or with its next output."""
        if wait:
            self._clears.add(index)
            return
        self._clears.discard(index)
        self._left += self._kept.pop(index, 0)


def measure(content: dict[str, Any]) -> int:
    """Return the bytes of an output, about."""
    parts = [content["text"]] if "text" in content else content.get("data", {}).values()
    return sum(map(_measure, parts))


def _measure(part: Any) -> int:
    if isinstance(part, str):
        return len(part) if part.isascii() else len(part.encode("utf-8", "surrogatepass"))
    return len(str(part))
