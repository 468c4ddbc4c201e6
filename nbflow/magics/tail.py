"""What a run's log has more than when it was last looked at."""

from __future__ import annotations

from rich.text import Text

from nbflow.events import OutputPrinted
from nbflow.project import Project
from nbflow.runs.log import Reader
from nbflow.terminal.progress import make_log


class Tail:
    """Reads a log from where it stopped before."""

    def __init__(self, project: Project, run_id: str) -> None:
        self.read = Reader(project.runs / run_id / "events.jsonl").read_new

    def read_prints(self) -> list[Text]:
        """Return what the notebooks printed."""
        events = (line.event for line in self.read())
        return [make_log(event) for event in events if isinstance(event, OutputPrinted)]
