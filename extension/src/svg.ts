/** Makes elements, and cuts texts to a width. */

const SVG = 'http://www.w3.org/2000/svg';

type Attributes = Record<string, string | number>;

export function make<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  parent?: Element,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, `${value}`);
  parent?.append(element);
  return element;
}

/** Measures text in an element's font; of one outside of the document, in Jupyter's. */
export class Ruler {
  private readonly context = document.createElement('canvas').getContext('2d');
  private readonly family: string;
  private readonly widths = new Map<string, number>();

  constructor(element: Element) {
    const jupyters = getComputedStyle(document.body).getPropertyValue('--jp-ui-font-family');
    this.family = getComputedStyle(element).fontFamily || jupyters || 'system-ui, sans-serif';
  }

  measure(text: string, size: number, weight: number): number {
    const key = `${weight} ${size} ${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.context) this.context.font = `${weight} ${size}px ${this.family}`;
      width = this.context?.measureText(text).width ?? text.length * size * 0.6;
      this.widths.set(key, width);
    }
    return width;
  }

  /** The text, or as much of it as fits before an ellipsis. */
  cut(text: string, room: number, size: number, weight: number): string {
    if (this.measure(text, size, weight) <= room) return text;
    const letters = [...text];
    let [low, high] = [0, letters.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const tried = letters.slice(0, middle).join('').trimEnd() + '…';
      if (this.measure(tried, size, weight) <= room) low = middle;
      else high = middle - 1;
    }
    return low ? letters.slice(0, low).join('').trimEnd() + '…' : '';
  }
}
