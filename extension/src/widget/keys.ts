/** Keeps keys that are pressed in a panel from JupyterLab's commands, which cut and move cells. */

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const OURS = '.nbflow-panel, .nbflow-graph';
const SUPPRESS = 'data-lm-suppress-shortcuts'; // JupyterLab looks for it at the focused element first
const LISTENING = Symbol.for('nbflow.keys');
const MOVING = ['Enter', 'Backspace', 'Delete', 'Home', 'End'];
const EDITING = ['a', 'c', 'm', 'v', 'x', 'y', 'z']; // of cells, with Ctrl or Cmd
const EDITING_SHIFTED = ['m', 'z', '-', '_'];

/** Listen once for the whole page, because panels and their parts come and go. */
export function keepKeys(): void {
  const page = document as Document & { [LISTENING]?: boolean };
  if (page[LISTENING]) return;
  page[LISTENING] = true;
  page.addEventListener('focusin', event => findOurs(event)?.toggleAttribute(SUPPRESS, true));
  page.addEventListener('keydown', listen, true);
}

/** Whether only the panel takes a key; keys that save or search stay JupyterLab's. */
export function isKept({ key, ctrlKey, metaKey, altKey, shiftKey }: Press): boolean {
  if (/^F\d+$/.test(key)) return false;
  if (!ctrlKey && !metaKey && !altKey) return true;
  if (MOVING.includes(key) || key.startsWith('Arrow')) return true;
  if (altKey) return false;
  return (shiftKey ? EDITING_SHIFTED : EDITING).includes(key.toLowerCase());
}

function findOurs(event: Event): Element | null {
  const target = event.target as Element | null;
  return target?.closest?.(OURS) ? target : null;
}

function listen(event: KeyboardEvent): void {
  const target = findOurs(event);
  target?.toggleAttribute(SUPPRESS, isKept(event));
  const tab = target?.closest('.lm-TabBar-tab');
  if (tab && event.key.startsWith('Arrow')) setTimeout(openTab, 0);
  // A field that used a key has stopped it: this is known only after all listeners ran.
  if (target && event.key === 'Escape') setTimeout(() => leave(event, target), 0);
}

/** An arrow moves the focus to another tab and opens it, as Enter does. */
function openTab(): void {
  const tab = document.activeElement;
  if (!tab?.matches('.nbflow-panel .lm-TabBar-tab')) return;
  tab.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
  );
}

/** Escape leads back to the cell, where JupyterLab takes the keys. */
function leave(event: KeyboardEvent, from: Element): void {
  if (!event.defaultPrevented) from.closest<HTMLElement>('.jp-Cell')?.focus();
}
