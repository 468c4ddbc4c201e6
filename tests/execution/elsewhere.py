"""An executor with a place of its own: copies what a job reads there, and its result back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from nbflow.executors.local.worker.protocol import (
    Ended,
    Start,
    Stop,
    Told,
    make_event,
    read_answer,
    to_line,
)
from nbflow.executors.protocol import Emit, KernelKind, Setup
from nbflow.model import Failure, Job, JobInput, Outcome
from nbflow.storage.results.store import Store, open_store

PLACE = "ELSEWHERE"  # an environment variable: the folder where jobs are executed


class Elsewhere:
    """Starts one `python -m nbflow.executors.local.worker` for each job."""

    def __init__(self, setup: Setup) -> None:
        self.place = Path(os.environ[PLACE])
        self.store: Store = open_store(self.place)
        (self.place / "setup.json").write_bytes(msgspec.json.encode(setup))

    def prepare(self, due: Mapping[KernelKind, int]) -> None:
        """Do nothing: each worker starts when its job comes."""

    def execute(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        sent = self._send(job)
        outcome = self._work(sent, emit, stop)
        shutil.copytree(Path(sent.folder, "result"), Path(job.folder, "result"), dirs_exist_ok=True)
        return outcome

    def close(self) -> None:
        """Do nothing: no worker outlives its job."""

    def _send(self, job: Job) -> Job:
        """Copy what a job reads, and return the job with the paths that hold there."""
        folder = self.place / "jobs" / job.step
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "result").mkdir(parents=True)
        notebook = shutil.copy2(job.notebook, folder)
        inputs = {ref: self._send_input(one) for ref, one in job.inputs.items()}
        return msgspec.structs.replace(
            job, notebook=str(notebook), folder=str(folder), inputs=inputs
        )

    def _send_input(self, read: JobInput) -> JobInput:
        step, result = Path(read.folder).parent.name, read.result
        with self.store.lock():
            if result not in self.store.list_ids(step):
                making = shutil.copytree(read.folder, self.place / "making")
                self.store.publish(making, step, result, b"{}")
        return msgspec.structs.replace(read, folder=str(self.store.fetch(step, result)))

    def _work(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        worker = subprocess.Popen(
            [sys.executable, "-m", "nbflow.executors.local.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with worker, Stopping(worker, stop):
            worker.stdin.write(to_line(Start(job)))
            worker.stdin.flush()
            for answer in map(read_answer, worker.stdout):
                if isinstance(answer, Told):
                    emit(make_event(answer))
                elif isinstance(answer, Ended):
                    worker.stdin.close()
                    return answer.outcome
        return Outcome("failed", failure=Failure("worker died", "WorkerDied", "no answer"))


class Stopping:
    """Has the worker stop its job once `stop` is set."""

    def __init__(self, worker: subprocess.Popen[bytes], stop: threading.Event) -> None:
        self._over, self._worker, self._stop = threading.Event(), worker, stop
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            if self._stop.wait(0.05):
                self._worker.stdin.write(to_line(Stop()))
                self._worker.stdin.flush()
                return
