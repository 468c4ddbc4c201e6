// Keeps the page of a run that goes on: asks each second, and puts in what has changed.
interface Answer {
  page: string; // another page is due where this is not the one that asks
  parts: Record<string, string>;
}

const EVERY = 1000; // milliseconds
const shown: Record<string, string> = {};
const main = document.querySelector('main')!;
const note = document.getElementById('nb-lost')!;

async function ask(): Promise<void> {
  try {
    const response = await fetch('parts', { cache: 'no-store' });
    if (!response.ok) throw new Error(response.statusText);
    show((await response.json()) as Answer);
    note.hidden = true;
  } catch {
    note.hidden = false;
  }
  setTimeout(ask, EVERY);
}

function show(answer: Answer): void {
  if (answer.page !== main.dataset.page) location.reload();
  for (const [name, html] of Object.entries(answer.parts)) {
    const part = document.getElementById(name);
    if (part && shown[name] !== html) part.innerHTML = html;
    shown[name] = html;
  }
}

// The token has become a cookie, and need not stand in the history of the browser.
history.replaceState(null, '', location.pathname);
setTimeout(ask, EVERY);
