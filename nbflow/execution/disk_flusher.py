"""Flushes results to disk in the background, and writes each key's pointer after that."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from nbflow.model import Problem, Result, make_warning
from nbflow.storage.results.durability import complete
from nbflow.workspace.pipeline_folder import PipelineFolder


class Flusher:
    """A context with one thread. Steps do not wait for the disk; the end of the run does."""

    def __init__(self, pipeline: PipelineFolder) -> None:
        self._pipeline = pipeline
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="nbflow-flusher")
        self._asked: list[tuple[Result, Future[None]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def add(self, result: Result) -> None:
        """Complete a pending result in the background."""
        self._asked.append((result, self._pool.submit(complete, self._pipeline, result)))

    def finish(self) -> list[Problem]:
        """Wait for all results, also if the run is cancelled; return a warning for each failure."""
        self._pool.shutdown()
        ended = ((result, future.exception()) for result, future in self._asked)
        return [self._warn(result, error) for result, error in ended if error is not None]

    def _warn(self, result: Result, error: BaseException) -> Problem:
        why = getattr(error, "strerror", None) or str(error)
        return make_warning(
            "not-on-disk", step=result.step, why=why, folder=str(self._pipeline.home)
        )
