"""A file or folder that is written aside is whole, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.base.atomic_files import remove, replacing, write_file


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_takes_the_place_of_another(tmp_path: Path, *, durable: bool) -> None:
    path = tmp_path / "a.json"
    write_file(path, b"old", durable=durable)
    write_file(path, b"new", durable=durable)
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("a.json", b"new")]


def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(FileNotFoundError):
        write_half(path)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("a.json", "old")]


def test_a_folder_is_made_aside_too(tmp_path: Path) -> None:
    with replacing(tmp_path / "made") as part:
        part.mkdir()
        (part / "a.txt").write_text("a")
        assert not (tmp_path / "made").exists()
    assert (tmp_path / "made" / "a.txt").read_text() == "a"


def test_a_folder_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "old.txt").write_text("old")
    with replacing(tmp_path / "made") as part:
        part.mkdir()
        (part / "new.txt").write_text("new")
    assert [one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*")] == [
        "made", "made/new.txt",
    ]  # fmt: skip


def test_after_an_error_the_old_folder_is_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "old.txt").write_text("old")
    with pytest.raises(FileNotFoundError):
        make_half(tmp_path / "made")
    assert [one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*")] == [
        "made", "made/old.txt",
    ]  # fmt: skip


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to("kept")
    remove(tmp_path / "link")
    remove(tmp_path / "gone")
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]


def write_half(path: Path) -> None:
    with replacing(path) as part:
        part.write_text("half")
        (path.parent / "missing").read_text()


def make_half(path: Path) -> None:
    with replacing(path) as part:
        part.mkdir()
        (part / "missing").read_text()
