/** Opens a notebook in JupyterLab without a kernel, which nobody needs only to look at it. */

const COMMAND = 'docmanager:open';
const TRUSTED = '#jp-main-statusbar [data-icon="ui-components:trusted"]';

/**
 * Returns whether JupyterLab opened it. It does in a trusted notebook; in another one it would ask
 * first. JupyterLab before 4.6 opens the notebook with a kernel.
 */
export function openQuietly(link: HTMLAnchorElement): boolean {
  const path = findPath(link.pathname, readBase());
  if (!path || !document.querySelector('.jp-LabShell') || !document.querySelector(TRUSTED)) {
    return false;
  }
  const made = document.createElement('span');
  made.hidden = true;
  made.dataset.commandlinkerCommand = COMMAND;
  made.dataset.commandlinkerArgs = JSON.stringify({
    path,
    factory: 'Notebook',
    kernelPreference: { shouldStart: false, autoStartDefault: false },
  });
  link.after(made);
  const taken = !made.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  made.remove();
  return taken;
}

/** The path of a file on the server, from the address of its download. */
export function findPath(pathname: string, base: string): string {
  const files = `${base.replace(/\/$/, '')}/files/`;
  return pathname.startsWith(files) ? decodeURIComponent(pathname.slice(files.length)) : '';
}

function readBase(): string {
  try {
    const config = document.getElementById('jupyter-config-data')?.textContent ?? '{}';
    return (JSON.parse(config) as { baseUrl?: string }).baseUrl ?? '/';
  } catch {
    return '/';
  }
}
