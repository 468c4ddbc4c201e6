"""`python -m tests.papermill`: downloads papermill's source package and runs its tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "papermill"
# Added to the copy's engines.py, so that the command line in subprocesses has it, too.
DEFAULT = '\npapermill_engines.register(None, papermill_engines.get_engine("nbflow"))\n'


def main(arguments: list[str]) -> int:
    folder = unpack(download(version("papermill")))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.papermill.expected"]
    command += ["-p", "no:cacheprovider", *(arguments or ["papermill/tests"])]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "AWS_ACCESS_KEY_ID": "foobar_key",  # as papermill's pyproject.toml has pytest-env do
        "AWS_SECRET_ACCESS_KEY": "foobar_secret",
    }
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def download(number: str) -> Path:
    archive = CACHE / f"papermill-{number}.tar.gz"
    if not archive.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        options = ["--no-binary", ":all:", "--dest", str(CACHE)]
        subprocess.run([*pip, *options, f"papermill=={number}"], check=True)
    return archive


def unpack(archive: Path) -> Path:
    folder = CACHE / archive.name.removesuffix(".tar.gz")
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(CACHE, filter="data")
    with (folder / "papermill" / "engines.py").open("a", encoding="utf-8") as engines:
        engines.write(DEFAULT)
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
