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

/** Measures text, letter by letter: near enough, and much faster than text by text. */
export class Ruler {
  private readonly context = document.createElement('canvas').getContext('2d');
  private readonly widths = new Map<string, number>();

  /** `font` is a weight, a size and a family, as CSS has them. */
  constructor(private readonly font: string) {}

  measure(text: string): number {
    let width = 0;
    for (const letter of text) width += this.measureLetter(letter);
    return width;
  }

  /** The text, or as much of it as fits before an ellipsis; "" where nothing does. */
  cut(text: string, room: number): string {
    if (this.measure(text) <= room) return text;
    let [width, end] = [this.measureLetter('…'), 0];
    for (const letter of text) {
      width += this.measureLetter(letter);
      if (width > room) break;
      end += letter.length;
    }
    return end ? `${text.slice(0, end).trimEnd()}…` : '';
  }

  /** The text with as much left out of its middle as must be: names differ at their ends. */
  cutMiddle(text: string, room: number): string {
    if (this.measure(text) <= room) return text;
    const letters = [...text];
    for (let kept = letters.length - 1; kept > 1; kept--) {
      const head = letters.slice(0, Math.ceil(kept / 2)).join('');
      const tail = letters.slice(letters.length - Math.floor(kept / 2)).join('');
      if (this.measure(`${head}…${tail}`) <= room) return `${head}…${tail}`;
    }
    return this.cut(text, room);
  }

  private measureLetter(letter: string): number {
    let width = this.widths.get(letter);
    if (width === undefined) {
      if (this.context) this.context.font = this.font;
      width = this.context?.measureText(letter).width ?? 8;
      this.widths.set(letter, width);
    }
    return width;
  }
}
