"""HTML of which a row can be chosen, by a click or by a key."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

_SCRIPT = Path(__file__).parent / "static" / "list.js"
LIST = "nbflow-list"  # the class of a box whose parts are one list


class RowList(anywidget.AnyWidget):
    """Shows `html`; `chosen` is the `data-row` of the row that was chosen, "" for none.

    `label` says what is listed. Several in a box of the class `LIST` are one list.
    """

    _esm = _SCRIPT

    html = traitlets.Unicode("").tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
