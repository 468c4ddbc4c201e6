/** Opens a link that the panel shows: only a click on it makes the front end open a notebook. */

const PATIENCE = 5000; // milliseconds until the link is there and its address is whole
const LOOK = 50;
const WHOLE = 'a.KIND[href*="://"]'; // JupyterLab completes it when it has taken over the click

export function follow(within: Element, kind: string): void {
  const until = performance.now() + PATIENCE;
  const look = () => {
    const panel = within.closest('.nbflow-panel');
    const link = panel?.querySelector<HTMLElement>(WHOLE.replace('KIND', kind));
    if (link) link.click();
    else if (performance.now() < until) setTimeout(look, LOOK);
  };
  look();
}
