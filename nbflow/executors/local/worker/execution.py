"""One execution: document, kernel, watchdog and recorder, put together and taken apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from papermill.engines import papermill_engines

from nbflow.executors.local.worker.event_recorder import Recorder
from nbflow.executors.local.worker.executed_notebook import Document
from nbflow.executors.local.worker.failure import find_failure
from nbflow.executors.local.worker.kernel import HURRY, Kernel
from nbflow.executors.local.worker.made_files import take_made
from nbflow.executors.local.worker.used_files import hash_modules, mark_files
from nbflow.executors.local.worker.watchdog import Watchdog
from nbflow.model import make_warning
from nbflow.storage.results.outputs import read_outputs, read_written

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from nbflow.executors.local.worker.prestarted import Spare
    from nbflow.executors.local.worker.timings import Timings
    from nbflow.model import Failure, Job, Made, Output, Problem
    from nbflow.model.events import Event

START_TIMEOUT = 120  # seconds; many kernels that start at once on a slow disk take a while
CELLS_ENDED = ("error", "not written")  # failures of a kernel that is well
OUTPUT_TIMEOUT = 120  # seconds for outputs still under way after a cell's end; nbclient's are 4


class Execution:
    """A context: its end stops the kernel, and all that the kernel started."""

    def __init__(
        self,
        job: Job,
        emit: Callable[[Event], None],
        stop: threading.Event,
        launched: Callable[[int], None],
        *,
        timings: Timings,
        spare: Spare,
        rest: Callable[[], None],
    ) -> None:
        self.job = job
        self.launched = launched
        self.timings, self.spare = timings, spare
        self.document = Document(job)
        self.kernel = Kernel(job)
        self.watchdog = Watchdog(job, self.kernel, stop)
        self.cut = 0.0  # seconds after which the kernel's end was cut
        self.recorder = Recorder(
            job, self.document, self.watchdog, emit, timings=timings, begun=self._prepare, rest=rest
        )

    def __enter__(self) -> Self:
        self.watchdog.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.watchdog.close()
        self.kernel.stop(self.recorder.client, patience=0)
        self.recorder.close()
        self.recorder.journal.leave()

    def run(self) -> Failure | None:
        """Execute the cells; return why the step failed, None if it did not."""
        error = self._run_papermill()
        self.timings.leave_cells()
        self.watchdog.close()
        failure = find_failure(self.document, self.kernel, self.watchdog, error, self.outputs())
        failure = failure or self._take_made()
        self._end_kernel(failure)
        if failure is not None:
            self.recorder.close(failure.traceback or f"{failure.type}: {failure.message}")
        self.document.finish(failure, self.watchdog.struck)
        self._save()
        return failure

    def warnings(self) -> tuple[Problem, ...]:
        facts = {"step": self.job.step, "seconds": self.cut}
        killed = (make_warning("kernel-killed", **facts),) if self.cut else ()
        return (*self.recorder.warnings(), *killed)

    def outputs(self) -> dict[str, Output]:
        return read_outputs(self.document.path.parent)

    def modules(self) -> dict[str, str]:
        return hash_modules(self.timings.used, self.job.root)

    def opened(self) -> dict[str, str]:
        return mark_files(self.timings.used.opened, self.job.root)

    def wrote(self) -> dict[str, str]:
        return mark_files(self.timings.used.wrote, self.job.root)

    def made(self) -> dict[str, Made]:
        return read_written(self.document.path.parent).made

    def _end_kernel(self, failure: Failure | None) -> None:
        """End it as Python ends after its last line, also where that was an error."""
        whole = not self.watchdog.reason and (failure is None or failure.cause in CELLS_ENDED)
        patience = self.kernel.patience if whole else HURRY
        if failure and failure.cause == "kernel died":
            patience = 0.0
        stop = self.watchdog.stop
        ended = self.kernel.stop(self.recorder.client, patience=patience, hurry=stop)
        self.cut = patience if whole and not ended and not stop.is_set() else 0.0
        if failure is None or not self.kernel.said():
            self.kernel.forget_said()

    def _save(self) -> None:
        try:
            self.document.save()
        except OSError:  # a full disk: how it ended matters more than what was printed
            self.recorder.cut()
            self.document.drop_outputs()
            self.document.save()
        self.recorder.journal.close()

    def _take_made(self) -> Failure | None:
        return None if self.watchdog.reason else take_made(self.job, self.document.path.parent)

    def _run_papermill(self) -> Exception | None:
        try:
            self.spare.serve(self.kernel)
            if self.kernel.group is not None:
                self.launched(self.kernel.group)
            papermill_engines.execute_notebook_with_engine(
                "nbflow",
                self.document.notebook,
                self.job.kernel,
                progress_bar=False,
                autosave_cell_every=0,
                km=self.kernel.manager,
                start_timeout=START_TIMEOUT,
                iopub_timeout=OUTPUT_TIMEOUT,
                observer=self.recorder,
            )
        except Exception as error:  # noqa: BLE001  # told as the step's failure
            return error
        return None

    def _prepare(self) -> None:
        """Start the next job's kernel, while the cells of this one run."""
        self.spare.prepare(self.kernel)
