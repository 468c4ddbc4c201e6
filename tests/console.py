"""Commands as pages show them: read from `console` blocks, and run as a shell would."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path


def read_console(text: str) -> list[tuple[list[str], str]]:
    """Return each command of the console blocks, and what is shown below it."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    split = [part.partition("\n") for part in parts]
    return [(shlex.split(line, comments=True), shown.strip()) for line, _, shown in split]


def run_console(text: str, folder: Path) -> str:
    """Run the commands one after the other, compare what is shown, return what the last said."""
    said = ""
    for command, shown in read_console(text):
        if command[0] == "cd":
            folder /= command[1]
            continue
        said = run(command, folder, code=2 if shown.startswith("Error:") else 0)
        assert not shown or without_times(said) == without_times(shown)
    return said


def run(command: list[str], folder: Path, *, code: int = 0) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if code else subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "100"},
        check=False,
    )
    assert ended.returncode == code, (command, ended.stdout, ended.stderr)
    return ended.stdout


def without_times(text: str) -> list[list[str]]:
    """Return the words of a text whose durations differ from run to run."""
    told = re.sub(r"\d+(\.\d+)? (s|min)\b|just made|\d+ min old|─+", "", text.strip())
    return [line.split() for line in told.splitlines()]
