"""Where things lie in a run's folder: no other module names its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.model import Frozen

if TYPE_CHECKING:
    from pathlib import Path

    from nbflow.project import Project

LOG, LOCK = "events.jsonl", "lock"


class RunFolder(Frozen, frozen=True):
    """A run's folder; its name is the run's id."""

    path: Path

    @property
    def log(self) -> Path:
        """The events, one JSON line each."""
        return self.path / LOG

    @property
    def lock(self) -> Path:
        """Held by the run's process as long as it lives."""
        return self.path / LOCK

    @property
    def cancel(self) -> Path:
        """Made by who asks the run to stop."""
        return self.path / "cancel"

    @property
    def request(self) -> Path:
        """What the run was asked for."""
        return self.path / "request.json"

    @property
    def plan(self) -> Path:
        return self.path / "plan.json"


def find_folder(project: Project, run_id: str) -> RunFolder:
    return RunFolder(project.runs / run_id)
