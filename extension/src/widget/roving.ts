/** Makes a list one stop of Tab; arrows lead from row to row, also between the parts of a list. */

const ROW = '[data-row]';
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** The list that a part belongs to. */
export function findList(part: HTMLElement): HTMLElement {
  return part.closest<HTMLElement>('.nbflow-list') ?? part;
}

export function findRows(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(ROW)];
}

/** Let Tab reach one row: the one with the focus, else the chosen one, else the first. */
export function settle(list: HTMLElement): void {
  const rows = findRows(list);
  const entry =
    rows.find(row => row === document.activeElement) ??
    rows.find(row => row.getAttribute('aria-selected') === 'true') ??
    rows[0];
  for (const row of rows) {
    const index = row === entry ? 0 : -1;
    if (row.tabIndex !== index) row.tabIndex = index; // a write makes the page look at its styles
  }
}

/** Move the focus by a key; returns whether the key does that. */
export function move(list: HTMLElement, from: HTMLElement, key: string): boolean {
  const rows = findRows(list);
  const at = findNext(rows.indexOf(from), key, rows.length);
  if (at === null) return false;
  rows[at]?.focus();
  settle(list);
  return true;
}

/** The position to which a key leads in a list of so many rows; null for other keys. */
export function findNext(at: number, key: string, count: number): number | null {
  if (key === 'Home') return 0;
  if (key === 'End') return count - 1;
  if (!Object.hasOwn(STEPS, key)) return null;
  return Math.max(0, Math.min(count - 1, at + STEPS[key]));
}
