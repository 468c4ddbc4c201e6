"""What is read lies in the file's memory, may be changed, and never changes the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nbflow.storage import output_io
from tests.storage.frames import EXACT

ROWS = 100_000


def make_frame() -> pd.DataFrame:
    numbers = np.arange(ROWS)
    return pd.DataFrame(
        {
            "i": numbers,
            "f": numbers / 2,
            "gaps": np.where(numbers % 3 == 0, np.nan, numbers),
            "t": pd.Timestamp("2013-01-01") + pd.to_timedelta(numbers, unit="s"),
            "b": numbers % 2 == 0,
            "s": numbers.astype(str),
            "c": pd.Categorical(numbers % 7),
            "n": pd.array(numbers, "Int64"),
        }
    )


FRAME = make_frame()  # not to be changed


def read_bytes(folder: Path) -> bytes:
    return b"".join(at.read_bytes() for at in sorted(folder.rglob("*.arrows")))


def test_a_large_frame_comes_back_from_where_it_lies(tmp_path):
    output_io.write(tmp_path, "t", FRAME)

    back = output_io.read(tmp_path, "t")

    pd.testing.assert_frame_equal(back, FRAME)
    assert not back["i"].to_numpy().flags.owndata
    pd.testing.assert_frame_equal(
        output_io.read(tmp_path, "t", columns=["s", "i"]), FRAME[["s", "i"]]
    )


def test_changes_stay_with_the_reader(tmp_path):
    output_io.write(tmp_path, "t", FRAME)
    before = read_bytes(tmp_path)
    for column in FRAME:
        first, second = output_io.read(tmp_path, "t"), output_io.read(tmp_path, "t")

        first.loc[0, column] = first.loc[5, column]
        first[column] = first[column].iloc[::-1].to_numpy()

        assert first.loc[ROWS - 1, column] == FRAME.loc[5, column]
        pd.testing.assert_series_equal(second[column], FRAME[column])
    pd.testing.assert_frame_equal(output_io.read(tmp_path, "t"), FRAME)
    assert read_bytes(tmp_path) == before


def test_even_what_goes_around_pandas_stays_with_the_reader(tmp_path):
    output_io.write(tmp_path, "t", FRAME)
    before = read_bytes(tmp_path)
    back = output_io.read(tmp_path, "t")

    back["i"] += 1
    values = back["f"].to_numpy()
    if not values.flags.writeable:  # pandas 3 says so of every column
        values.flags.writeable = True
    values[:] = 0

    assert back["i"].iloc[0] == 1
    assert back["f"].sum() == 0
    assert read_bytes(tmp_path) == before
    assert output_io.read(tmp_path, "t")["f"].iloc[2] == 1


@pytest.mark.parametrize("frame", EXACT.values(), ids=EXACT)
def test_a_small_frame_can_be_changed_as_what_was_written(tmp_path, frame):
    if not frame.size or isinstance(frame.iloc[-1, 0], dict | list | np.ndarray):
        return  # pandas takes these for several values
    output_io.write(tmp_path, "t", frame)
    back, own = output_io.read(tmp_path, "t"), frame.copy()

    for each in (back, own):
        each.iloc[0, 0] = each.iloc[-1, 0]

    pd.testing.assert_frame_equal(back, own)


def test_a_file_that_was_cut_off_is_told(tmp_path):
    output_io.write(tmp_path, "t", FRAME)
    path = next(tmp_path.rglob("*.arrows"))
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(
        Exception, match=r"t\.arrows is damaged: it has [\d,]+ bytes, and [\d,]+ were written\."
    ):
        output_io.read(tmp_path, "t")
