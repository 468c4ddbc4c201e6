// Runs within a frame with scripts: tells the page how high its content is.
const tell = () => parent.postMessage({ height: document.documentElement.scrollHeight }, '*');

addEventListener('load', tell);
new ResizeObserver(tell).observe(document.body);

export {};
