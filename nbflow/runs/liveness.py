"""Whether a run lives: its process holds the locks of two of its files."""

from __future__ import annotations

import functools
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.base.hashing import hash_file
from nbflow.base.locks import is_held
from nbflow.model.events import RunFinished
from nbflow.runs.folder import RunFolder, find_folder
from nbflow.runs.log import read_heading, read_last
from nbflow.storage.results.result_index import Snapshot

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder

HEARTBEAT = 60.0  # seconds after which a run on another host counts as lost


def is_alive(pipeline: PipelineFolder, run_id: str) -> bool:
    """Say whether a run's process holds its lock; on another host, whether its heart beats.

    The log is held too, so that a run goes on living whose lock somebody has deleted.
    """
    folder = find_folder(pipeline, run_id)
    return _is_alive(folder.lock, folder) or _is_alive(folder.log, folder)


def is_finished(pipeline: PipelineFolder, run_id: str) -> bool:
    """Say whether a run's log has its last line."""
    last = read_last(find_folder(pipeline, run_id).log)
    return last is not None and isinstance(last.event, RunFinished)


def is_lost(pipeline: PipelineFolder, run_id: str) -> bool:
    """Tell whether a run died before it had finished."""
    log = find_folder(pipeline, run_id).log
    return log.exists() and not is_finished(pipeline, run_id) and not is_alive(pipeline, run_id)


def read_host() -> str:
    """Return this machine's name, as events have it."""
    return platform.node()


def _is_alive(path: Path, run: RunFolder) -> bool:
    try:
        if _is_still(path) and _read_host_of(run) != read_host():
            return False
        return is_held(path)
    except FileNotFoundError:
        return False
    except OSError:  # not readable by this user: its heartbeat tells
        return not _is_still(path)


def _is_still(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > HEARTBEAT


def _read_host_of(run: RunFolder) -> str:
    heading = read_heading(run.log)
    return heading.host if heading else ""


def take_snapshot(
    pipeline: PipelineFolder, read_hash: Callable[[Path], str] = hash_file
) -> Snapshot:
    """Return a pipeline's results as they are now, those of lost runs doubted."""
    return Snapshot(pipeline, functools.partial(is_lost, pipeline), read_hash)
