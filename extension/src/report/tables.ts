// Sorts and filters the rows of tables, and shows those that lie in the page as texts.

const LONG = 40; // characters of a cell that is broken into lines
const NUMBER = /^-?(\d|Infinity)/;

/** Listens on the page, so that a table costs nothing before somebody uses it. */
function startTables(page: Document): void {
  page.addEventListener('click', event => {
    const target = event.target as Element;
    const head = target.closest('.nb-table .nb-sort')?.closest('th');
    const table = target.closest('.nb-table');
    if (table && head) {
      sort(table, head);
    } else if (table && target.closest('.nb-more')) {
      showAll(table);
    }
  });
  page.addEventListener('input', event => {
    const target = event.target as HTMLInputElement;
    const table = target.closest('.nb-table');
    if (table && target.matches('.nb-filter')) {
      filter(table, target.value);
    }
  });
}

function sort(table: Element, head: HTMLTableCellElement): void {
  showAll(table);
  const down = head.getAttribute('aria-sort') === 'ascending';
  table.querySelectorAll('th').forEach(one => one.setAttribute('aria-sort', 'none'));
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const column = head.cellIndex;
  const numbers = table.querySelector(`.nb-r${column + 1}`) !== null;
  const rows = findRows(table);
  const keys = new Map(rows.map(row => [row, findKey(row.cells[column], numbers)]));
  rows.sort((a, b) => compare(keys.get(a)!, keys.get(b)!, down));
  table.querySelector('tbody')!.append(...rows);
}

type Key = number | string | null;

/** Returns what a cell is sorted by: null for what is no value, which stands last either way. */
function findKey(cell: HTMLTableCellElement, numbers: boolean): Key {
  const text = cell.textContent ?? '';
  if (numbers) {
    return NUMBER.test(text) ? Number(text) : null;
  }
  return cell.matches('.nb-null') ? null : text;
}

function compare(a: Key, b: Key, down: boolean): number {
  if (a === null || b === null) {
    return Number(a === null) - Number(b === null);
  }
  const order = a < b ? -1 : Number(a > b);
  return down ? -order : order;
}

function filter(table: Element, text: string): void {
  showAll(table);
  const wanted = text.toLowerCase();
  const rows = findRows(table);
  for (const row of rows) {
    row.hidden = ![...row.cells].some(cell => cell.textContent?.toLowerCase().includes(wanted));
  }
  const found = rows.filter(row => !row.hidden).length;
  say(table, wanted ? `${found} of the ${rows.length} rows in this page` : '');
}

/** Draws the rows that wait as texts. */
function showAll(table: Element): void {
  const rest = table.querySelector('.nb-rest');
  if (!rest) {
    return;
  }
  const rows = table.querySelector<HTMLElement>('.nb-rows')!;
  const shares = new Set((rows.dataset.shares ?? '').split(',').filter(Boolean).map(Number));
  const numbers = new Set([...rows.classList].map(name => Number(name.slice(4)) - 1));
  for (const row of JSON.parse(rest.textContent!) as (string | null)[][]) {
    const line = document.createElement('tr');
    line.append(...row.map((text, at) => drawCell(text, shares.has(at), numbers.has(at))));
    rows.querySelector('tbody')!.append(line);
  }
  rest.remove();
  table.querySelector('.nb-more')?.remove();
  say(table, '');
}

function drawCell(text: string | null, share: boolean, number: boolean): Element {
  const cell = document.createElement('td');
  cell.textContent = text ?? 'null';
  if (text === null || (number && !Number.isFinite(Number(text)))) {
    cell.className = 'nb-null';
  } else if (share) {
    cell.className = 'nb-share';
    cell.style.setProperty('--s', `${100 * Number(text)}%`);
  } else if (text.length > LONG) {
    cell.className = 'nb-long';
  }
  return cell;
}

function say(table: Element, text: string): void {
  const place = table.querySelector<HTMLElement>('.nb-said')!;
  const count = findRows(table).length;
  place.textContent = text || `${count} of ${place.dataset.rows} rows are shown`;
}

function findRows(table: Element): HTMLTableRowElement[] {
  return [...table.querySelectorAll<HTMLTableRowElement>('tbody tr')];
}

startTables(document);
