"""Keeps the outputs of cells, one a line, from which a notebook is restored after a crash."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from nbflow.runs.folder import find_attempt

if TYPE_CHECKING:
    from nbflow.model import Job

OUTPUTS = frozenset(
    {"stream", "display_data", "execute_result", "error", "clear_output", "update_display_data"}
)


class Journal:
    """Takes messages of a kernel while a job is executed."""

    def __init__(self, job: Job) -> None:
        self.path = find_path(job)
        self._file = self.path.open("wb")

    def add(self, index: int, number: int | None, message: dict[str, Any]) -> None:
        """Append an output; on a full disk it is left out.

        `index` is the cell's place in the notebook that is executed, `number` the one that it has
        in the author's.
        """
        if message["msg_type"] not in OUTPUTS or self._file.closed:
            return
        said = {name: message[name] for name in ("msg_type", "content")}
        line = {"cell": index, "number": number, **said}
        with contextlib.suppress(OSError):
            self._file.write(_encode(line) + b"\n")
            self._file.flush()

    def close(self) -> None:
        """Remove the journal: the notebook holds everything now."""
        self.leave()
        self.path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Close the journal and keep it: the notebook can be made from it."""
        with contextlib.suppress(OSError):  # what a full disk did not take
            self._file.close()


def replay(job: Job, notebook: Any) -> None:
    """Give the cells of a notebook the outputs that the journal holds."""
    from nbclient import NotebookClient  # noqa: PLC0415  # 0.3 s, after a crash only

    client = NotebookClient(notebook)
    client.clear_before_next_output = False
    for line in find_path(job).read_bytes().splitlines(keepends=True):
        if line.endswith(b"\n"):  # else it broke off there
            _replay(client, json.loads(line))


def _replay(client: Any, line: dict[str, Any]) -> None:
    cell = client.nb.cells[line["cell"]]
    header = {"msg_type": line["msg_type"]}
    content = {"metadata": {}, "transient": {}} | line["content"]
    message = {"header": header, "content": content, "parent_header": {}, **header}
    client.process_message(message, cell, line["cell"])


def find_path(job: Job) -> Path:
    return find_attempt(job).outputs


def _encode(line: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(line)
    except (UnicodeEncodeError, TypeError):  # a lone surrogate, which a cell may print
        return json.dumps(line, default=str).encode()
