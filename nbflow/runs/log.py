"""A run's log as a file: appended to by the run, read by who follows it as it grows."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from nbflow.events import Event, Line, from_line, to_line


class Log:
    """The one writer of a run's events."""

    def __init__(self, path: Path, observe: Callable[[Line], None]) -> None:
        self._file = path.open("ab")
        self._observe = observe
        self._seq = 0
        self._torn = b""

    def append(self, event: Event) -> None:
        """Give the event its number and time, write it, and show it to the observer."""
        self._seq += 1
        line = Line(seq=self._seq, time=time.time(), event=event)
        try:
            self._file.write(self._torn + to_line(line))
            self._file.flush()
        except OSError:
            self._torn = b"\n"  # what comes behind half a line begins a new one
            raise
        self._torn = b""
        self._observe(line)

    def flush(self) -> None:
        """Have the disk keep what was written; one that cannot say is no fault of the run."""
        with contextlib.suppress(OSError):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Reader:
    """Reads a run's log as it grows."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset = path, 0

    def read_new(self, most: int = -1) -> list[Line]:
        """Return the lines that came since; one without its newline is not there yet.

        Of a long log `most` bytes or a little more are read at a time, by default all.
        """
        with self._path.open("rb") as log:
            log.seek(self._offset)
            whole = [text for text in log.readlines(most) if text.endswith(b"\n")]
        self._offset += sum(map(len, whole))
        return [line for text in whole if (line := from_line(text))]
