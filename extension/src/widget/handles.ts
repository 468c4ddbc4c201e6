/** Names the handles of sliders after their fields, because ipywidgets gives them no name. */

const HANDLE = '.nbflow-field .noUi-handle:not([aria-label])';

/** Watch the panel that holds an element, because its parts are added later. */
export function nameHandles(within: Element): () => void {
  let wanted = false;
  const name = () => {
    wanted = false;
    const panel = within.closest('.nbflow-panel');
    for (const handle of panel?.querySelectorAll(HANDLE) ?? []) {
      const label = handle.closest('.nbflow-field')?.querySelector('.nbflow-label');
      handle.setAttribute('aria-label', label?.textContent?.trim() || 'Value');
    }
  };
  const later = () => {
    if (!wanted) requestAnimationFrame(name);
    wanted = true;
  };
  const watching = new MutationObserver(later);
  const begin = requestAnimationFrame(() => {
    const panel = within.closest('.nbflow-panel');
    if (panel) watching.observe(panel, { childList: true, subtree: true });
    name();
  });
  return () => {
    cancelAnimationFrame(begin);
    watching.disconnect();
  };
}
