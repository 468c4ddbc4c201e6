"""What was written before a death or a full disk stays readable."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from nbflow.errors import StoreError
from nbflow.storage import output_io

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and RLIMIT_FSIZE")

PREPARE = """
import os, resource, signal, sys
from pathlib import Path
import pyarrow as pa
from nbflow.errors import StoreError
from nbflow.storage import output_io
folder = Path(sys.argv[1])
output_io.write(folder, "first", pa.table({"x": [1, 2]}))
output_io.write(folder, "model", (1, 2))
"""
KILLED = """
import nbflow.storage.table_writer
nbflow.storage.table_writer._GROUP = 1000  # so that some of it is in the file already
def stream():
    for number in range(100):
        if number == 50:
            os.kill(os.getpid(), signal.SIGKILL)
        yield pa.table({"x": pa.array(range(10_000))})
output_io.write(folder, "second", stream())
"""
FULL = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    output_io.write(folder, "second", pa.table({"x": [os.urandom(1000) for _ in range(5000)]}))
except StoreError as error:
    print(error)
try:
    output_io.write(folder, "value", os.urandom(5_000_000))
except StoreError as error:
    print(error)
print(output_io.read(folder, "first", to="arrow")["x"].to_pylist())
"""


def run(code: str, folder) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PREPARE + code, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def assert_intact(folder) -> None:
    assert list(output_io.read_outputs(folder)) == ["first", "model"]
    assert output_io.read(folder, "first")["x"].tolist() == [1, 2]
    assert output_io.read(folder, "model") == (1, 2)


def test_a_killed_write_leaves_the_rest(tmp_path):
    assert run(KILLED, tmp_path).returncode == -9

    assert_intact(tmp_path)
    output_io.write(tmp_path, "second", pd.DataFrame({"y": [3]}))
    assert output_io.read(tmp_path, "second")["y"].tolist() == [3]


def test_a_full_disk_leaves_the_rest(tmp_path):
    done = run(FULL, tmp_path)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "'second' could not be written" in lines[0]
    assert any("then write it again; what was written before it is intact" in x for x in lines)
    assert lines[-1] == "[1, 2]"
    assert_intact(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"outputs":', "is damaged: it cannot be read: Input data was truncated. Write it again"),
        (b"\xff", "is damaged: it cannot be read: .* Write it again"),
        (b"[]", "is damaged: it cannot be read: .* Write it again"),
        (b'{"outputs":{},"format":99}', r"by a later version of nbflow \(format 99\). Upgrade"),
    ],
)
def test_what_is_damaged_or_of_a_later_version_is_told(tmp_path, text, said):
    (tmp_path / "outputs.json").write_bytes(text)
    with pytest.raises(StoreError, match=said):
        output_io.read(tmp_path, "first")


def test_a_full_disk_is_the_reason_that_is_told_when_duckdb_fails(tmp_path):
    """DuckDB writes while it makes the table, and what comes after that is refused for another."""
    folder = tmp_path / "r"
    code = """
from nbflow.storage.duckdb.filling import fill
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
numbers = pa.py_buffer(os.urandom(8 * 1_600_000))
column = pa.Array.from_buffers(pa.int64(), 1_600_000, [None, numbers])
output_io.write(folder, "large", pa.table({"x": column}))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    fill(folder)
except StoreError as error:
    print(error)
print([path.name for path in folder.glob("tables.duckdb*")])
"""
    said = run(code, folder)
    assert "File too large" in said.stdout, said.stderr
    assert "Make room on that disk" in said.stdout
    assert "aborted" not in said.stdout
    assert said.stdout.endswith("[]\n")
