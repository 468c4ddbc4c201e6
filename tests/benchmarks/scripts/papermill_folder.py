"""Runs a folder's notebooks by `papermill.execute_notebook`, one after the other in a process.

python papermill_folder.py FOLDER OUT PARAMETERS [PROCESSES]        PARAMETERS are JSON
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def main(folder: str, out: str, parameters: str, processes: int = 1, turn: int = 0) -> None:
    """Run every n-th notebook here, and the others in processes beside this one."""
    Path(out).mkdir(exist_ok=True)
    words = [sys.executable, __file__, folder, out, parameters, str(processes)]
    others = [
        subprocess.Popen([*words, str(other)]) for other in range(1, processes if turn == 0 else 0)
    ]
    import papermill  # noqa: PLC0415 - the others import it at the same time

    given = json.loads(parameters)
    for path in sorted(Path(folder).glob("*.ipynb"))[turn::processes]:
        os.environ["JPY_SESSION_NAME"] = str(path.absolute())  # as Jupyter tells a kernel
        papermill.execute_notebook(path, f"{out}/{path.name}", given, progress_bar=False)
    if any(other.wait() for other in others):
        sys.exit("a process beside this one failed")


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
