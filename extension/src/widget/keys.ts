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

/** Listen once a page, for all panels: parts of them come and go. */
export function keepKeys(): void {
  const page = document as Document & { [LISTENING]?: boolean };
  if (page[LISTENING]) return;
  page[LISTENING] = true;
  page.addEventListener('focusin', event => findOurs(event)?.toggleAttribute(SUPPRESS, true));
  page.addEventListener('keydown', listen, true);
}

/** Whether a key is the panel's alone: saving, searching and the like stay JupyterLab's. */
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
  // Fields let no key through to the page: what has used it is known when all have heard it.
  if (target && event.key === 'Escape') setTimeout(() => leave(event, target), 0);
}

/** An arrow moves the focus among the tabs; the one that has it is opened, as by Enter. */
function openTab(): void {
  const tab = document.activeElement;
  if (!tab?.matches('.nbflow-panel .lm-TabBar-tab')) return;
  tab.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }),
  );
}

/** Escape leads back to the cell, where JupyterLab's keys are JupyterLab's. */
function leave(event: KeyboardEvent, from: Element): void {
  if (!event.defaultPrevented) from.closest<HTMLElement>('.jp-Cell')?.focus();
}
