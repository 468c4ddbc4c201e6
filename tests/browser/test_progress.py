"""How far a step is shows in the panel while it runs: by tqdm's bars and by nbflow's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.browser.panels import TALL, open_panel, press, wait_for_state
from tests.notebooks import cell, write_pipeline

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

# Each turns ten times, and waits after the fifth until the test has seen that, or has failed.
LOOPS = {
    "text": "from tqdm import tqdm\nfor at in tqdm(range(10), desc='files', mininterval=0):",
    "widget": "from tqdm.notebook import tqdm\nfor at in tqdm(range(10), mininterval=0):",
    "auto": "from tqdm.auto import tqdm\nfor at in tqdm(range(10), mininterval=0):",
    "own": "for at in range(10):\n    nbflow.progress(at / 10, f'round {at}')",
}
SAYS = {"text": "files 5/10", "widget": "5/10", "auto": "5/10", "own": "round 5"}
TURN = """
    time.sleep(1 if at == 4 else 0.15)  # of bars within a tenth of a second the first is told
    for _ in range(1200):
        if at != 5 or Path({go!r}).exists():
            break
        time.sleep(0.05)
"""


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    def make(name: str) -> Any:
        return cell(LOOPS[name] + TURN.format(go=str(tmp_path / name)))

    first = cell("import time, nbflow\nfrom pathlib import Path\nn = 1", "parameters")
    return write_pipeline(tmp_path / "work", **{name: [first, make(name)] for name in LOOPS})


def test_a_steps_progress_is_seen_before_it_ends(
    lab, page, made: PipelineFolder, tmp_path: Path
) -> None:
    page.set_viewport_size(TALL)
    open_panel(page, lab(made.project.root), made.folder)
    press(page, "Run")
    for name in sorted(LOOPS):  # the order in which they start, as many at a time as jobs
        row = page.locator(f".nbflow-row[data-row={name}]")
        row.get_by_text("50%").wait_for(timeout=60_000)
        print(name, "·", row.inner_text().replace("\n", " · "))
        assert SAYS[name] in row.inner_text()
        assert "running" in row.inner_text()
        check_graph(page, name)
        (tmp_path / name).touch()
        row.get_by_text("done").wait_for(timeout=60_000)
    wait_for_state(page, "done")


def check_graph(page: Any, name: str) -> None:
    node = page.locator(f".nbflow-node[data-id={name}].nbflow-is-running")
    assert "running, 50 percent" in node.get_attribute("aria-label")
    node.click()
    page.locator(".nbflow-row.nbflow-chosen").get_by_text("50%").wait_for(timeout=60_000)
