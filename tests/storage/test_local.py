"""The seam behind which results are kept: published in one step, fetched as folders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbflow.base.ids import make_id
from nbflow.errors import StoreError
from nbflow.storage.results.store import Store, find_folders, open_store

PRODUCT = Path(__file__).parents[2] / "nbflow"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "home")


def publish(store: Store, making: Path, step: str) -> str:
    making.mkdir()
    (making / "outputs.json").write_text("{}")
    result_id = store.make_id(step)
    store.publish(making, step, result_id, b"record")
    return result_id


def test_a_result_is_published_fetched_listed_and_removed(store: Store, tmp_path: Path) -> None:
    assert (store.list_steps(), store.list_ids("load")) == ([], [])
    first, second = (publish(store, tmp_path / "making", "load") for _ in range(2))
    publish(store, tmp_path / "making", "clean")
    assert not (tmp_path / "making").exists()
    assert store.list_steps() == ["clean", "load"]
    assert store.list_ids("load") == [second, first]
    folder = store.fetch("load", first)
    assert sorted(at.name for at in folder.iterdir()) == ["outputs.json", "pending.json"]
    assert list(find_folders(store))[1:] == [folder, store.fetch("load", second)]
    store.remove("load", first)
    assert (folder.exists(), store.list_ids("load")) == (False, [second])


def test_an_id_is_later_than_those_that_are_there(store: Store, tmp_path: Path) -> None:
    ahead = make_id(4e9)
    making = tmp_path / "making"
    making.mkdir()
    store.publish(making, "load", ahead, b"")
    assert store.make_id("load") > ahead


def test_a_key_points_to_what_was_written_last(store: Store) -> None:
    assert store.read_pointer("load", "k") is None
    for content in ("one", "two"):
        store.write_pointer("load", "k", content)
    assert store.read_pointer("load", "k") == b"two"


def test_what_cannot_be_published_is_told(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("in the way")
    (tmp_path / "making").mkdir()
    with pytest.raises(StoreError, match="could not be kept"):
        Store(tmp_path).publish(tmp_path / "making", "load", "1", b"")


def test_nobody_else_knows_where_results_and_keys_lie() -> None:
    path = re.compile(r"""(?<!~)/ ?"?(results|keys)["/]""")
    found = {
        at.relative_to(PRODUCT).as_posix()
        for at in PRODUCT.rglob("*.py")
        for line in at.read_text(encoding="utf-8").splitlines()
        if path.search(line) and "store =" not in line  # an example of the setting
    }
    assert found == {"storage/results/store.py"}
