/** Opens a link that the panel shows: only a click on it makes the front end open a notebook. */
import { openQuietly } from './quietly';

const PATIENCE = 5000; // milliseconds until the link is there and its address is whole
const LOOK = 50;
const WHOLE = 'a.KIND[href*="://"]'; // JupyterLab completes it when it has taken over the click

/** `quiet` asks for no kernel. */
export function follow(within: Element, kind: string, quiet: boolean): void {
  const selector = WHOLE.replace('KIND', kind);
  const find = () => within.closest('.nbflow-panel')?.querySelector<HTMLAnchorElement>(selector);
  wait(find, link => {
    if (!quiet || !openQuietly(link)) link.click();
    // What is open already is shown at the link's cell.
    else if (link.hash) wait(isOpen(link), () => link.click());
  });
}

/** Call `act` with what `find` finds, as soon as it finds something. */
function wait<T>(find: () => T | null | undefined | false, act: (found: T) => void): void {
  const until = performance.now() + PATIENCE;
  const look = () => {
    const found = find();
    if (found) act(found);
    else if (performance.now() < until) setTimeout(look, LOOK);
  };
  look();
}

/** Whether a notebook's tab is there; only its name is shown there. */
function isOpen(link: HTMLAnchorElement): () => boolean {
  const name = decodeURIComponent(link.pathname.split('/').pop() ?? '');
  const labels = () => document.querySelectorAll('.lm-DockPanel-tabBar .lm-TabBar-tabLabel');
  return () => [...labels()].some(label => label.textContent === name);
}
