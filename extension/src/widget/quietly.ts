/** Opens a notebook in JupyterLab without a kernel: to be looked at it needs none. */

const COMMAND = 'docmanager:open';
const TRUSTED = '#jp-main-statusbar [data-icon="ui-components:trusted"]';

/**
 * Whether JupyterLab took it. It does where a link may carry a command: in a trusted notebook, as in
 * another it would ask first. Before 4.6 it opens the notebook with a kernel.
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

/** The path that the server knows a file by, of the address that it is downloaded from. */
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
