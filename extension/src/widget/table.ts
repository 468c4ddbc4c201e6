/** The first rows of a table as an anywidget: to scroll, to sort by a column, to copy. */
import { type Grid, type Order, sort, toText, turn } from './sorting';

interface Model {
  get(name: 'grid'): Grid | Record<string, never>;
  get(name: 'label'): string;
  on(event: string, call: () => void): void;
  off(event: string, call: () => void): void;
}

const SVG = 'http://www.w3.org/2000/svg';
const SAID = 2000; // milliseconds for which a button says that it has copied

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  let order: Order = null;
  const show = () => {
    const grid = model.get('grid');
    el.replaceChildren(...('rows' in grid ? draw(grid as Grid) : []));
  };
  const draw = (grid: Grid): Element[] => {
    const places = sort(grid, order);
    const table = make('table');
    table.append(
      drawHead(grid, column => sortBy(column)),
      drawBody(grid, places),
    );
    const frame = make('div', 'nbflow-scroll');
    const named = { role: 'region', tabindex: '0', 'aria-label': `Rows of ${model.get('label')}` };
    for (const [name, value] of Object.entries(named)) frame.setAttribute(name, value);
    frame.append(table);
    const line = make('div', 'nbflow-table-line');
    line.append(
      make('span', 'nb-dim', grid.said),
      makeCopy(() => toText(grid, places)),
    );
    return [line, frame];
  };
  const drawHead = (grid: Grid, act: (column: number) => void): Element => {
    const row = make('tr');
    grid.columns.forEach((name, column) => {
      const cell = make('th', column in grid.numbers ? 'nb-right' : '');
      const sorted = order?.column === column ? (order.down ? 'descending' : 'ascending') : 'none';
      cell.setAttribute('aria-sort', sorted);
      const button = make('button', '', name) as HTMLButtonElement;
      button.type = 'button';
      button.title = `Sort by ${name}`;
      button.addEventListener('click', () => act(column));
      const facts = grid.facts[column].map(fact => make('span', 'nb-dim', fact));
      const kind = make('span', 'nb-dim', grid.kinds[column]);
      cell.append(button, kind, ...drawBars(grid.bars[column]), ...facts);
      row.append(cell);
    });
    const head = make('thead');
    head.append(row);
    return head;
  };
  const sortBy = (column: number) => {
    order = turn(order, column);
    const { scrollLeft } = el.querySelector('.nbflow-scroll') ?? { scrollLeft: 0 };
    show();
    el.querySelector('.nbflow-scroll')?.scrollTo(scrollLeft, 0);
    el.querySelectorAll<HTMLElement>('th button')[column]?.focus({ preventScroll: true });
  };
  const renew = () => {
    order = null;
    show();
  };
  model.on('change:grid', renew);
  show();
  return () => model.off('change:grid', renew);
}

function drawBars(path: string): Element[] {
  if (!path) return [];
  const picture = document.createElementNS(SVG, 'svg');
  const named = { viewBox: '0 0 72 18', class: 'nbflow-bars', 'aria-hidden': 'true' };
  for (const [name, value] of Object.entries(named)) picture.setAttribute(name, value);
  const bars = document.createElementNS(SVG, 'path');
  bars.setAttribute('d', path);
  picture.append(bars);
  return [picture];
}

function drawBody(grid: Grid, places: number[]): Element {
  const body = make('tbody');
  for (const at of places) {
    const row = make('tr');
    grid.rows[at].forEach((text, column) => {
      const cell = make('td', column in grid.numbers ? 'nb-right' : '', text ?? 'null');
      if (text === null) cell.classList.add('nb-dim');
      if (text && text.length > 40) cell.setAttribute('title', text);
      row.append(cell);
    });
    body.append(row);
  }
  return body;
}

function makeCopy(find: () => string): Element {
  const button = make('button', 'nbflow-copy', 'Copy') as HTMLButtonElement;
  button.type = 'button';
  button.title = 'Copy these rows, for a spreadsheet';
  button.addEventListener('click', async () => {
    button.textContent = (await copy(find(), button)) ? 'Copied' : 'Not allowed here';
    setTimeout(() => (button.textContent = 'Copy'), SAID);
  });
  return button;
}

/** Returns whether the text was copied; a page over plain HTTP can only use the old command. */
async function copy(text: string, near: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    near.after(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    return copied;
  }
}

function make(name: string, className = '', text = ''): HTMLElement {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export default { render };
