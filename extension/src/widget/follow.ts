/** Opens a link in the panel by a click, because the front end opens a notebook in no other way. */
import { openQuietly } from './quietly';

const PATIENCE = 5000; // milliseconds until the link is there and its address is whole
const LOOK = 50;
const WHOLE = 'a.KIND[href*="://"]'; // JupyterLab completes it when it has taken over the click

/** `quiet` asks the front end to start no kernel. */
export function follow(within: Element, kind: string, quiet: boolean): void {
  const selector = WHOLE.replace('KIND', kind);
  const find = () => within.closest('.nbflow-panel')?.querySelector<HTMLAnchorElement>(selector);
  wait(find, link => {
    if (!quiet || !openQuietly(link)) link.click();
    // A notebook that is open already is shown at the cell of the link.
    else if (link.hash) wait(isOpen(link), () => link.click());
  });
}

/** Call `act` with the result of `find` as soon as there is one. */
function wait<T>(find: () => T | null | undefined | false, act: (found: T) => void): void {
  const until = performance.now() + PATIENCE;
  const look = () => {
    const found = find();
    if (found) act(found);
    else if (performance.now() < until) setTimeout(look, LOOK);
  };
  look();
}

/** Whether there is a tab for a notebook; a tab shows only its name. */
function isOpen(link: HTMLAnchorElement): () => boolean {
  const name = decodeURIComponent(link.pathname.split('/').pop() ?? '');
  const labels = () => document.querySelectorAll('.lm-DockPanel-tabBar .lm-TabBar-tabLabel');
  return () => [...labels()].some(label => label.textContent === name);
}
