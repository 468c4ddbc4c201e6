"""What a run's log has more than when it was last looked at."""

from __future__ import annotations

from rich.text import Text

from nbflow.cli.live import make_log
from nbflow.events import Line, OutputPrinted, from_line
from nbflow.project import Project


class Tail:
    """Reads a log from where it stopped before."""

    def __init__(self, project: Project, run_id: str) -> None:
        self._path = project.runs / run_id / "events.jsonl"
        self._offset = 0

    def read(self) -> list[Line]:
        """Return the new events; a line without its newline is not there yet."""
        with self._path.open("rb") as log:
            log.seek(self._offset)
            found = log.read()
        whole = found[: found.rfind(b"\n") + 1]
        self._offset += len(whole)
        return [line for text in whole.splitlines() if (line := from_line(text))]

    def read_prints(self) -> list[Text]:
        """Return what the notebooks printed."""
        events = (line.event for line in self.read())
        return [make_log(event) for event in events if isinstance(event, OutputPrinted)]
