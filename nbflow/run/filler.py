"""Fills results' DuckDB files behind a run, in one process of low priority."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import msgspec

from nbflow.model import Result
from nbflow.store.results import TABLES

_LOOK = 0.05  # seconds between looks at whether to stop


class Filler:
    """A context: its process starts with the first step that may write tables, and ends with it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._asked: list[Path] = []
        self._answers: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()  # what it did not finish, it did not rename
            self._process.wait()

    @property
    def used(self) -> bool:
        return bool(self._asked)

    def prepare(self) -> None:
        """Start the process: by the time a step ends, it has loaded what it needs."""
        if self._process is None:
            self._start()

    def add(self, folder: Path, result: Result) -> None:
        """Have a result's tables filled in, if it has any and that is not done."""
        if not any(one.kind == "table" for one in result.outputs.values()):
            return
        if (folder / TABLES).exists():
            return
        self.prepare()
        self._asked.append(folder)
        with contextlib.suppress(OSError):  # it died: the end of its answers says so
            self._process.stdin.write(msgspec.json.encode(str(folder)) + b"\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]

    def finish(self, stop: threading.Event) -> list[str]:
        """Wait until all is filled, or for `stop`; return what went wrong."""
        if self._process is None or self._reader is None or not self._asked:
            return []
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        while self._reader.is_alive() and not stop.is_set():
            self._reader.join(_LOOK)
        if stop.is_set():
            return []  # whoever asks for the tables in SQL fills them
        return [*filter(None, self._answers), *self._explain_rest()]

    def _explain_rest(self) -> list[str]:
        rest = self._asked[len(self._answers) :]
        return [
            f"The tables of {folder} are not in DuckDB yet: the process that fills them died. "
            "They are complete in Arrow; the next query in SQL fills them."
            for folder in rest
        ]

    def _start(self) -> None:
        # Its own session: Ctrl-C reaches the run alone. When the run dies, its stdin ends.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nbflow.store"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or ():
            self._answers.append(msgspec.json.decode(line, type=str))
