"""DuckDB's file is filled from the Arrow files: by a process of its own, or by who needs it."""

from __future__ import annotations

import errno
import platform
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import msgspec
import pandas as pd
import pytest

from nbflow.errors import StoreError
from nbflow.storage import output_io
from nbflow.storage.duckdb.filling import fill
from nbflow.storage.duckdb.result_tables import query

FRAME = pd.DataFrame(
    {"p": pd.period_range("2020-01", periods=2, freq="M"), "n": [1, 2], "s": ["x", None]}
)


def run_filler(*folders: Path) -> list[str]:
    asked = b"".join(msgspec.json.encode(str(folder)) + b"\n" for folder in folders)
    command = [sys.executable, "-m", "nbflow.storage"]
    done = subprocess.run(command, input=asked, capture_output=True, check=True)
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


def test_a_process_fills_one_after_the_other(tmp_path):
    outputs = [output_io.write(tmp_path / name, "t", FRAME) for name in ("a", "b")]
    output_io.write(tmp_path / "b", "u", FRAME[["n"]])
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "outputs.json").write_text("[]")

    said = run_filler(*(tmp_path / name for name in "acb"))

    assert [bool(one) for one in said] == [False, True, False]
    with duckdb.connect(str(tmp_path / "b" / "tables.duckdb"), read_only=True) as connection:
        shown = connection.sql("FROM t")
        types = dict(zip(shown.columns, map(str, shown.types), strict=True))
        assert types == outputs[1].columns == {"p": "DATE", "n": "BIGINT", "s": "VARCHAR"}
        assert connection.sql("SELECT n, s FROM t").fetchall() == [(1, "x"), (2, None)]
        assert connection.sql("FROM u").fetchall() == [(1,), (2,)]


def test_what_was_written_since_is_filled_in_too(tmp_path):
    for number, name in enumerate("abc"):
        output_io.write(tmp_path, name, FRAME[["n"]] * number)

        assert query(f"SELECT sum(n) FROM s.{name}", {("s", name): tmp_path}).fetchall() == [
            (3 * number,)
        ]
    assert output_io.read(tmp_path, "b", where="n > 1")["n"].tolist() == [2]


def test_many_may_fill_at_once(tmp_path):
    output_io.write(tmp_path, "t", pd.DataFrame({"n": range(100_000)}))
    threads = [threading.Thread(target=run_filler, args=(tmp_path,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    fill(tmp_path)
    for thread in threads:
        thread.join()

    assert query("SELECT count(*) FROM s.t", {("s", "t"): tmp_path}).fetchall() == [(100_000,)]
    assert not list(tmp_path.glob("*.part*"))


@pytest.mark.parametrize(
    ("locks", "kept"),
    [(True, {"tables.duckdb.elsewhere.1.part"}),
     (False, {"tables.duckdb.elsewhere.1.part", "tables.duckdb.here.1.part"})],
)  # fmt: skip
def test_what_another_process_may_be_writing_stays(tmp_path, monkeypatch, locks, kept):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "no locks")

    if not locks:
        monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(platform, "node", lambda: "here")
    output_io.write(tmp_path, "t", FRAME)
    for host in ("here", "elsewhere"):
        (tmp_path / f"tables.duckdb.{host}.1.part").touch()

    fill(tmp_path)

    assert (tmp_path / "tables.duckdb").exists()
    assert {at.name for at in tmp_path.glob("*.part*")} == kept


FULL = """
import resource, signal, sys
from pathlib import Path
from nbflow.errors import StoreError
from nbflow.storage.duckdb.filling import fill
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    fill(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
def test_a_full_disk_leaves_no_half_file(tmp_path):
    output_io.write(tmp_path, "t", pd.DataFrame({"s": [str(n) * 9 for n in range(100_000)]}))

    command = [sys.executable, "-c", FULL, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert "tables.duckdb' could not be written" in done.stdout
    assert sorted(at.name for at in tmp_path.iterdir()) == ["arrow", "outputs.json"]
    assert len(output_io.read(tmp_path, "t", where="s LIKE '1%'")) > 0


def test_a_result_of_before_has_duckdb_alone(tmp_path):
    output_io.write(tmp_path, "t", FRAME)
    fill(tmp_path)
    for at in (tmp_path / "arrow").iterdir():
        at.unlink()
    (tmp_path / "arrow").rmdir()

    pd.testing.assert_frame_equal(output_io.read(tmp_path, "t"), FRAME)
    assert output_io.read(tmp_path, "t", to="arrow").num_rows == 2
    (tmp_path / "tables.duckdb").unlink()
    with pytest.raises(StoreError, match="is gone"):
        output_io.read(tmp_path, "t")
