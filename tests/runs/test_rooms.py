"""The room `runs` alone knows how a run's folder looks inside."""

import re
from pathlib import Path

import nbflow

PRODUCT = Path(nbflow.__file__).parent
FILES = re.compile(
    r"""["'/](events\.jsonl|request\.json|plan\.json|job\.json|outputs\.jsonl|log\.txt|kernel\.txt"""
    r"""|spare\.txt|executed\.ipynb|tasks)["'/]|/ ["'](lock|cancel|result)["']|"source\."""
)
# Folders of their own, in which files are called alike: a forked server's, a starting process's,
# a pipeline's lock.
OTHERS = {"executors/local/forkserver/owner.py", "execution/start.py", "storage/results/store.py"}


def test_no_other_room_names_a_file_of_a_run() -> None:
    found = {
        f"{path.relative_to(PRODUCT)}: {match[0]}"
        for path in PRODUCT.rglob("*.py")
        if path.relative_to(PRODUCT).as_posix() not in OTHERS | {"runs/folder.py"}
        for match in FILES.finditer(re.sub(r'"""(?s:.*?)"""', "", path.read_text(encoding="utf-8")))
    }
    assert found == set()
