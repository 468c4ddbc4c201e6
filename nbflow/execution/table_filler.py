"""Fills the DuckDB files of results in the background, in one process of low priority."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from nbflow.base.private_folders import remove_folders
from nbflow.model import Problem, Result, make_warning
from nbflow.storage.duckdb.database_file import sweep_parts
from nbflow.storage.results.store import TABLES, open_store
from nbflow.workspace.pipeline_folder import PipelineFolder

if TYPE_CHECKING:
    from nbflow.executors.local.launch import Launched

_LOOK = 0.05  # seconds between looks at whether to stop


class Filler:
    """A context: its process starts with the first step that may write tables, and ends with it.

    One thread starts the process by `launch`, and speaks with it.
    """

    def __init__(self, launch: Callable[[], Launched]) -> None:
        self._launch = launch
        self._process: Any = None
        self._thread: threading.Thread | None = None
        self._orders: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._asked: list[Path] = []
        self._answers: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.put(None)
        if self._process is not None:
            self._process.kill()  # unfinished files are never renamed into place
            self._process.wait()
            for folder in self._asked[len(self._answers) :]:
                sweep_parts(folder)
            remove_folders(self._process.pid)

    @property
    def used(self) -> bool:
        return bool(self._asked)

    def prepare(self) -> None:
        """Start the process early: it has loaded its libraries when the first step ends."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="nbflow-filler", daemon=True)
            self._thread.start()

    def add(self, pipeline: PipelineFolder, result: Result) -> None:
        """Fill the tables of a result in the background, unless that is done."""
        if not any(one.kind == "table" for one in result.outputs.values()):
            return
        at = open_store(pipeline.home).find_local(result.step, result.id)
        if at and not Path(at, TABLES).exists():
            folder = Path(at)
            self.prepare()
            self._asked.append(folder)
            self._orders.put(folder)

    def finish(self, stop: threading.Event) -> list[Problem]:
        """Wait until all tables are filled, or for `stop`; return a warning for each failure."""
        if self._thread is None or not self._asked:
            return []
        self._orders.put(None)
        while self._thread.is_alive() and not stop.is_set():
            self._thread.join(_LOOK)
        if stop.is_set():
            return []  # whoever asks for the tables in SQL fills them
        whys = itertools.zip_longest(self._asked, self._answers)  # None: the process died before
        return [
            make_warning("not-filled", folder=str(folder), why=why or "")
            for folder, why in whys
            if why != ""
        ]

    def _work(self) -> None:
        """Send each folder to the process and take its answer, until the process ends."""
        try:
            self._process, orders, answers, errors = self._launch()
        except OSError:  # no memory, too many processes
            return
        errors.close()
        with contextlib.suppress(OSError), orders, answers:
            while (folder := self._orders.get()) is not None:
                orders.write(msgspec.json.encode(str(folder)) + b"\n")
                orders.flush()
                if not (answer := answers.readline()):
                    return
                self._answers.append(msgspec.json.decode(answer, type=str))
