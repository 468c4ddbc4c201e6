/** Finds the open files with unsaved changes, which only the page knows. */

const DIRTY = '.lm-DockPanel-tabBar .lm-TabBar-tab.jp-mod-dirty .lm-TabBar-tabLabel';
const WHEN = ['pointerdown', 'keydown'];

/** Tell Python their names if they changed, before the panel hears a click or a key. */
export function watchUnsaved(within: Element, tell: (names: string[]) => void): () => void {
  let told = '[]';
  const look = (event: Event) => {
    const panel = within.closest('.nbflow-panel');
    if (!panel?.contains(event.target as Node)) return;
    const names = [...document.querySelectorAll(DIRTY)].map(label => label.textContent ?? '');
    if (JSON.stringify(names) === told) return;
    told = JSON.stringify(names);
    tell(names);
  };
  for (const type of WHEN) document.addEventListener(type, look, true);
  return () => {
    for (const type of WHEN) document.removeEventListener(type, look, true);
  };
}
