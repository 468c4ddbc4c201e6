"""papermill's client with an observer, on nbclient's and jupyter_client's own paths."""

from __future__ import annotations

from typing import Any

from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbclient.util import run_sync
from papermill.clientwrap import PapermillNotebookClient

from nbflow.executors.local.engine.execution_record import Record
from nbflow.executors.local.engine.exit_status import ExitError, make_exit
from nbflow.executors.local.engine.kernel_side import asks_exit
from nbflow.executors.local.engine.prelude import make_exit_prelude, make_question


class PlainClient(PapermillNotebookClient):  # type: ignore[misc]
    """Executes a record's cells; overrides only what nbclient and papermill offer for that."""

    nb_man: Record

    def __init__(self, nb_man: Record, **options: Any) -> None:
        super().__init__(nb_man, **options)
        self.info: dict[str, Any] = {}  # the content of `kernel_info_reply`

    def papermill_execute_cells(self) -> None:
        self.prepare()
        self.nb_man.observer.kernel_ready(self)
        for index, cell in enumerate(self.nb.cells):
            if not self._execute(cell, index):
                break
        self.nb_man.observer.cells_finished(self)

    def prepare(self) -> None:
        """Learn what the kernel is, and teach `exit` to end the notebook."""
        self.info = self.wait_for_reply(self.kc.kernel_info())["content"]
        self.on_cell_executed = self._end_at_exit
        if self.is_python:
            self.ask(make_exit_prelude())

    @property
    def is_python(self) -> bool:
        return bool(self.info["language_info"].get("name") == "python")

    def _execute(self, cell: Any, index: int) -> bool:
        """Execute a cell; False: the notebook ends here."""
        record = self.nb_man
        try:
            record.cell_start(cell, index)
            self.execute_cell(cell, index)
        except CellExecutionError as error:
            if isinstance(error, ExitError) and error.code == 0:
                record.cell_exited(cell)
            else:
                record.cell_failed(cell, index, error)
            return False
        except BaseException as error:
            record.cell_broken(cell, error)
            raise
        finally:
            record.cell_complete(cell, cell_index=index)
        return True

    def process_message(self, message: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if self.nb_man.observer.message_received(cell, cell_index, message) is False:
            return None
        self.nb_man.observer.resting()
        return super().process_message(message, cell, cell_index)

    async def async_ask(self, code: str, **options: Any) -> dict[str, Any]:
        """Execute code unseen by the notebook; return its reply, {} from a kernel that has ended.

        After a cell that failed, a kernel drops for a moment what it is asked.
        """
        status = "aborted"
        while status == "aborted":
            request = self.kc.execute(code, silent=True, store_history=False, **options)
            try:
                reply: dict[str, Any] = await self.async_wait_for_reply(request) or {}
            except DeadKernelError:
                return {}
            status = reply.get("content", {}).get("status", "")
        return reply

    ask = run_sync(async_ask)

    async def find_exit_code(self, content: dict[str, Any]) -> int | None:
        """Return the code with which a cell ended the notebook, None if it did not."""
        if asks_exit(content):
            return 0
        if content.get("status") != "error" or not self.is_python:
            return None
        asked = {"code": make_question(content.get("ename", ""))}
        answers = (await self.async_ask("", user_expressions=asked)).get("content", {})
        answer = answers.get("user_expressions", {}).get("code", {}).get("data", {})
        found = answer.get("text/plain", "None")
        return None if found == "None" else int(found)

    async def _end_at_exit(self, cell: Any, cell_index: int, execute_reply: Any) -> None:  # noqa: ARG002
        """Raise the end of the notebook for `exit()`: nbclient's hook after each cell."""
        content = (execute_reply or {}).get("content", {})
        code = await self.find_exit_code(content)
        if code is not None:
            raise make_exit(cell, content, code)
