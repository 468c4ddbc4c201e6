"""Which outputs are not in the notebook: too large (they are in the log), or lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbflow.model import Problem, make_warning

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


class Lost:
    """Counts the messages that the kernel sent and that never came, by the cell's number."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._uncounted: set[int] = set()

    def add(self, cell: int, count: int) -> None:
        """Note that messages of a cell were lost; a `count` of 0 means: unknown how many."""
        self._counts[cell] = self._counts.get(cell, 0) + count
        if not count:
            self._uncounted.add(cell)

    def make_warnings(self) -> Iterator[Problem]:
        """Yield a warning for each cell."""
        for cell, count in self._counts.items():
            exact = cell not in self._uncounted
            yield make_warning("outputs-lost", cell=cell, count=count, exact=exact)


def measure(content: dict[str, Any]) -> int:
    """Return the bytes of an output, about."""
    parts = [content["text"]] if "text" in content else content.get("data", {}).values()
    return sum(map(_measure, parts))


def _measure(part: Any) -> int:
    if isinstance(part, str):
        return len(part) if part.isascii() else len(part.encode("utf-8", "surrogatepass"))
    return len(str(part))
