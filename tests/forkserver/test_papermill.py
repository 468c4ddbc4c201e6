"""papermill and nbclient use forked kernels unchanged."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import nbformat
import papermill
import pytest
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.executors.local.forkserver.owner import Owner, ask

pytestmark = pytest.mark.kernel
PLACE = "nbflow.executors.local.forkserver.provisioner:ForkProvisioner"
LANGUAGE = {"language_info": {"name": "python"}}
GROUP = "jupyter_client.kernel_provisioners"


@pytest.fixture
def kernelspec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Owner) -> str:  # noqa: ARG001
    """An installed kernelspec that names the provisioner."""
    folder = tmp_path / "jupyter" / "kernels" / "quick"
    folder.mkdir(parents=True)
    spec = {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "quick",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": "nbflow-forkserver"}},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(folder.parent.parent))
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    factory = KernelProvisionerFactory.instance()
    monkeypatch.setitem(
        factory.provisioners, "nbflow-forkserver", EntryPoint("nbflow-forkserver", PLACE, GROUP)
    )
    return "quick"


@pytest.mark.parametrize("engine", [None, "nbflow"])
def test_papermill(engine: str | None, kernelspec: str, tmp_path: Path, owner: Owner) -> None:
    source = new_notebook(
        cells=[
            new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
            new_code_cell("import os\nprint(n, os.getcwd(), os.getppid())"),
            new_code_cell("import pandas\npandas.DataFrame({'x': [n]})"),
        ],
        metadata=LANGUAGE,
    )
    nbformat.write(source, tmp_path / "in.ipynb")
    outputs = []
    for number in range(2):
        done = papermill.execute_notebook(
            str(tmp_path / "in.ipynb"), str(tmp_path / "out.ipynb"), {"n": number}, cwd=str(tmp_path),
            kernel_name=kernelspec, engine_name=engine, progress_bar=False,
        )  # fmt: skip
        outputs.append(done.cells[2].outputs[0].text)
    parent = ask(owner.address).pid
    assert outputs == [f"{number} {tmp_path} {parent}\n" for number in range(2)]


def test_papermill_reports_an_error(kernelspec: str, tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match="division by zero"):
        papermill.execute_notebook(
            str(tmp_path / "in.ipynb"), None, kernel_name=kernelspec, progress_bar=False
        )


def test_nbclient_notices_a_death(kernelspec: str) -> None:
    notebook = new_notebook(
        cells=[new_code_cell("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")]
    )
    with pytest.raises(Exception, match="Kernel died"):
        NotebookClient(notebook, kernel_name=kernelspec).execute()


def test_many_cells_come_in_order(kernelspec: str) -> None:
    notebook = new_notebook(cells=[new_code_cell(f"print({n}, end='')") for n in range(50)])
    NotebookClient(notebook, kernel_name=kernelspec).execute()
    assert [cell.outputs[0].text for cell in notebook.cells] == [str(n) for n in range(50)]


def test_the_kernelspec_of_another_language_is_left_alone(kernelspec: str) -> None:
    """The provisioner starts what it cannot fork: here a kernel behind a wrapper."""
    folder = Path(os.environ["JUPYTER_PATH"], "kernels", "wrapped")
    folder.mkdir()
    spec = json.loads((folder.parent / kernelspec / "kernel.json").read_text())
    spec["argv"] = ["env", "WRAPPED=yes", sys.executable, *spec["argv"][1:]]
    (folder / "kernel.json").write_text(json.dumps(spec))
    notebook = new_notebook(
        cells=[
            new_code_cell("import os; print(os.environ['WRAPPED'], os.getpid() == os.getsid(0))")
        ]
    )
    NotebookClient(notebook, kernel_name="wrapped").execute()
    assert notebook.cells[0].outputs[0].text == "yes True\n"
