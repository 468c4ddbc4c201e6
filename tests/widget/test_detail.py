"""The part of the panel that shows one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.model import Output
from nbflow.widget.detail import Detail


def test_a_table_that_is_drawn_late_is_not_shown_at_another_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detail = Detail(lambda _: None, lambda act: act(), lambda _: None)

    def draw(*_: Any) -> str:
        detail._hide_made()  # another step is chosen while a thread draws
        return "96 rows"

    monkeypatch.setattr("nbflow.widget.preview.draw_output", draw)
    detail._found = (Path(), {"sales": Output("sales", "table", "hash")})
    detail._table.options = ["sales"]
    detail._show_table()
    assert detail._preview.value == ""
