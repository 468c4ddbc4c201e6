/** Makes elements. */

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
