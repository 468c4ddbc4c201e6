"""The answer of a command that asks for a run: terminal and notebook start it differently."""

from __future__ import annotations

from nbflow.model import Frozen, Next, Request, Scan
from nbflow.workspace.pipeline_folder import PipelineFolder


class StartRun(Frozen, frozen=True):
    """What to run and how to show it; `next` are commands to try after it."""

    pipeline: PipelineFolder
    scan: Scan
    request: Request
    log: bool = False  # whether to show what the notebooks print
    profile: bool = False  # whether to show where the time went
    wait: bool = False  # whether a notebook's cell waits for the end
    next: tuple[Next, ...] = ()
