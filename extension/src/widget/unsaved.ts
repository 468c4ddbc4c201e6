/** Which of the files that are open have changes that nobody saved: only the page knows. */

const DIRTY = '.lm-DockPanel-tabBar .lm-TabBar-tab.jp-mod-dirty .lm-TabBar-tabLabel';
const WHEN = ['pointerdown', 'keydown'];

/** Tell their names, where they are others, before a click or a key in the panel is heard. */
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
