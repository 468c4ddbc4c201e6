// Gives each frame the height of what is in it. No script runs in such a frame.

// Those too that load when somebody unfolds their place.
document.addEventListener('load', event => fit(event.target), true);
document.querySelectorAll('iframe.nb-frame').forEach(fit);

function fit(target: EventTarget | null): void {
  if (!(target instanceof HTMLIFrameElement) || !target.matches('.nb-frame')) {
    return;
  }
  const inside = target.contentDocument;
  if (!inside?.body || inside.URL !== 'about:srcdoc') {
    return;
  }
  const set = () => {
    const { body, documentElement: root } = inside;
    const bar = root.scrollWidth > root.clientWidth ? 16 : 0; // for scrolling sideways
    const high = Math.ceil(body.getBoundingClientRect().height) + bar;
    if (high > 0) {
      target.style.height = `${high}px`;
    }
  };
  set();
  new ResizeObserver(set).observe(inside.body);
}

export {};
