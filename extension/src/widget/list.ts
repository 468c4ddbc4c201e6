/** HTML with rows to choose, by a click or by a key, as an anywidget. */
import { findList, findRows, move, settle } from './roving';

interface Model {
  get(name: 'html' | 'chosen' | 'label'): string;
  set(name: 'chosen', value: string): void;
  save_changes(): void;
  on(event: string, call: () => void): void;
  off(event: string, call: () => void): void;
}

// The start of a click counts, because the row may be drawn anew before the click ends.
const MEANT: Record<string, (event: Event) => boolean> = {
  mousedown: event => (event as MouseEvent).button === 0,
  click: event => (event as MouseEvent).detail === 0, // of a program or a screen reader
  keydown: event => ['Enter', ' '].includes((event as KeyboardEvent).key),
};

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  let wanted = false;
  const place = () => {
    wanted = false;
    settle(name(el, model.get('label')));
  };
  const mark = () => {
    for (const row of findRows(el)) {
      const chosen = row.dataset.row === model.get('chosen');
      row.classList.toggle('nbflow-chosen', chosen);
      row.setAttribute('aria-selected', `${chosen}`);
    }
    if (!wanted) requestAnimationFrame(place); // once a frame
    wanted = true;
  };
  const draw = () => {
    const at = findRows(el).indexOf(document.activeElement as HTMLElement);
    el.innerHTML = model.get('html');
    findRows(el)[at]?.focus({ preventScroll: true });
    mark();
  };
  const take = (event: Event) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-row]');
    if (!row) return;
    if (MEANT[event.type](event)) {
      model.set('chosen', row.dataset.row ?? '');
      model.save_changes();
    } else if (event.type !== 'keydown' || !move(findList(el), row, (event as KeyboardEvent).key)) {
      return;
    }
    if (event.type === 'keydown') event.preventDefault();
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

/** Set the roles for screen readers: a table is a grid, other rows are the options of a list. */
function name(part: HTMLElement, label: string): HTMLElement {
  const list = findList(part);
  const table = part.querySelector('table');
  const named = table ?? (findRows(list).length ? list : null);
  if (named !== list) list.removeAttribute('role');
  const role = table ? 'grid' : 'listbox';
  if (named?.role === role && named.ariaLabel === label) return list;
  named?.setAttribute('role', role);
  named?.setAttribute('aria-label', label);
  return list;
}

export default { render };
