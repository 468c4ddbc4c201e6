/** Opens a link that the panel shows: only a click on it makes the front end open a notebook. */

const PATIENCE = 5000; // milliseconds until the link is there, and is one of the front end's own
const LOOK = 50;

export function follow(within: Element, kind: string): void {
  const until = performance.now() + PATIENCE;
  const look = () => {
    const panel = within.closest('.nbflow-panel');
    const link = panel?.querySelector<HTMLElement>(`a.${kind}[data-commandlinker-command]`);
    if (link) link.click();
    else if (performance.now() < until) setTimeout(look, LOOK);
  };
  look();
}
