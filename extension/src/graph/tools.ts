/** The buttons on the canvas. */
import { make } from './svg';

export interface Tool {
  label: string;
  path: string; // within 16 by 16
  act: () => void;
}

export const PLUS = 'M3 8H13M8 3V13';
export const MINUS = 'M3 8H13';
export const CORNERS = 'M3 6V3H6M10 3H13V6M13 10V13H10M6 13H3V10';

export function makeTools(tools: Tool[]): HTMLElement {
  const bar = document.createElement('div');
  bar.className = 'nbflow-tools';
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', 'View of the graph');
  for (const { label, path, act } of tools) {
    const button = document.createElement('button');
    button.type = 'button';
    button.title = label;
    button.setAttribute('aria-label', label);
    const icon = make('svg', { width: 16, height: 16, 'aria-hidden': 'true' });
    make('path', { d: path }, icon);
    button.append(icon);
    button.addEventListener('click', act);
    bar.append(button);
  }
  return bar;
}
