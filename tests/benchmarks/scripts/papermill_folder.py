"""Runs a folder's notebooks by `papermill.execute_notebook`, one after the other in a process.

python papermill_folder.py FOLDER OUT PARAMETERS [PROCESSES]        PARAMETERS are JSON
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def main(folder: str, out: str, parameters: str, processes: int = 1, turn: int = 0) -> None:
    """Run every n-th notebook here, and the others in processes beside this one."""
    Path(out).mkdir(exist_ok=True)
    words = [sys.executable, __file__, folder, out, parameters, str(processes)]
    others = [
        subprocess.Popen([*words, str(other)]) for other in range(1, processes if turn == 0 else 0)
    ]
    import papermill  # noqa: PLC0415 - the others import it at the same time

    given, more = json.loads(parameters), {}
    paths = sorted(Path(folder).glob("*.ipynb"))[turn::processes]
    with tempfile.TemporaryDirectory() as sockets:
        for path in paths:
            os.environ["JPY_SESSION_NAME"] = str(path.absolute())  # as Jupyter tells a kernel
            if processes > 1:
                more = {"config": over_ipc(f"{sockets}/{path.stem}")}
            at = f"{out}/{path.name}"
            papermill.execute_notebook(path, at, given, progress_bar=False, **more)
    if any(other.wait() for other in others):
        sys.exit("a process beside this one failed")


def over_ipc(sockets: str):
    """Return the configuration by which kernels talk over files that begin so, not over TCP.

    Free ports are found before they are taken: of two processes that look at the same time both
    may find the same, and then a kernel dies at its start.
    """
    from traitlets.config import Config  # noqa: PLC0415 - papermill has loaded it

    return Config(KernelManager={"transport": "ipc", "ip": sockets})


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
