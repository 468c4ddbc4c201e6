"""The part of the panel that shows one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.model import Output
from nbflow.panel.output_preview import Preview
from nbflow.panel.output_viewer import OutputViewer
from nbflow.present.html.markup import Markup


def test_a_table_that_is_drawn_late_is_not_shown_at_another_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = OutputViewer(lambda act: act())

    def read(*_: Any) -> Preview:
        written.show(Path(), {})  # another step is chosen while a thread draws
        return Preview(html=Markup("96 rows"))

    monkeypatch.setattr("nbflow.panel.output_preview.read_preview", read)
    written.show(Path(), {"sales": Output("sales", "table", "hash")})
    assert written.shown == ""
