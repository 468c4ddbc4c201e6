"""HTML of which a row can be chosen, by a click or by Enter."""

from __future__ import annotations

import anywidget
import traitlets

_SCRIPT = """
// The row below a pointer may be drawn anew before a click ends, so that its start counts.
const MEANT = {
  mousedown: event => event.button === 0,
  click: event => event.detail === 0, // of a program or a screen reader
  keydown: event => event.key === 'Enter',
};
const find = el => [...el.querySelectorAll('[data-row]')];

function render({ model, el }) {
  const mark = () => {
    for (const row of find(el)) {
      const chosen = row.dataset.row === model.get('chosen');
      row.classList.toggle('nbflow-chosen', chosen);
      row.setAttribute('aria-current', chosen);
    }
  };
  const draw = () => {
    const at = find(el).indexOf(document.activeElement);
    el.innerHTML = model.get('html');
    find(el)[at]?.focus({ preventScroll: true });
    mark();
  };
  const take = event => {
    const row = event.target.closest('[data-row]');
    if (!row || !MEANT[event.type](event)) return;
    model.set('chosen', row.dataset.row);
    model.save_changes();
  };
  for (const type of Object.keys(MEANT)) el.addEventListener(type, take);
  model.on('change:html', draw);
  model.on('change:chosen', mark);
  draw();
  return () => {
    model.off('change:html', draw);
    model.off('change:chosen', mark);
  };
}
export default { render };
"""


class Rows(anywidget.AnyWidget):
    """Shows `html`; `chosen` is the `data-row` of the row that was clicked, "" for none."""

    _esm = _SCRIPT

    html = traitlets.Unicode("").tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
