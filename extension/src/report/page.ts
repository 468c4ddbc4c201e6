// What a reader does with a page: opens what a link names, searches its contents, turns the light.

const root = document.documentElement;
const contents = document.querySelector<HTMLDetailsElement>('.nb-contents');
const field = contents?.querySelector('input');

/** Opens what encloses the element that the address names, and shows it. */
function openNamed(): void {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at: Element | null = named; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) {
      at.open = true;
    }
  }
  named?.scrollIntoView();
}

addEventListener('hashchange', openNamed);
openNamed();

if (contents && field) {
  startContents(contents, field);
}
startTheme();
const tools = document.querySelector('.nb-tools');
addEventListener('scroll', () => tools?.classList.toggle('nb-away', scrollY > 150));

function startContents(contents: HTMLDetailsElement, field: HTMLInputElement): void {
  const lines = [...contents.querySelectorAll('li')];
  const none = contents.querySelector<HTMLElement>('.nb-none')!;
  field.hidden = false;
  field.addEventListener('input', () => {
    const wanted = field.value.trim().toLowerCase();
    lines.forEach(one => (one.hidden = !one.textContent!.toLowerCase().includes(wanted)));
    none.hidden = lines.some(one => !one.hidden);
  });
  field.addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      lines
        .find(one => !one.hidden)
        ?.querySelector('a')!
        .click();
    }
  });
  contents.addEventListener('toggle', () => contents.open && field.focus());
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && contents.open) {
      contents.open = false;
      contents.querySelector('summary')!.focus();
    } else if (event.key === '/' && !(event.target as Element).matches('input')) {
      event.preventDefault();
      contents.open = true;
      field.focus();
    }
  });
  document.addEventListener('click', event => {
    const target = event.target as Element;
    const link = target.closest('.nb-contents a');
    if (link || !contents.contains(target)) {
      contents.open = false;
    }
    if (link?.getAttribute('href') === location.hash) {
      openNamed(); // the address stays, so nothing else tells
    }
  });
}

/** Lets a reader choose light or dark; until then the system says which. */
function startTheme(): void {
  const button = document.querySelector<HTMLElement>('.nb-theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean =>
    (root.style.colorScheme || (system.matches ? 'dark' : '')) === 'dark';
  const say = (): string => (button!.textContent = isDark() ? 'Light' : 'Dark');
  if (!button) {
    return;
  }
  button.hidden = false;
  button.addEventListener('click', () => {
    root.style.colorScheme = isDark() ? 'light' : 'dark';
    say();
  });
  system.addEventListener('change', say);
  say();
}
