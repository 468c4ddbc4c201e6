/** Draws one step, and later only what changed. */
import type { Card, Picture } from './picture';
import { type State, findLook, isEqual, say } from './states';
import { make } from './svg';

const LEFT = 32; // where the texts begin, right of the symbol
const BAR = { x: LEFT, height: 3, rx: 1.5 };

/** What the nodes of one graph share: sizes, and an empty node to copy. */
export class Pattern {
  readonly middle: number;
  private readonly empty = make('g', { role: 'option', tabindex: -1, 'aria-selected': 'false' });

  constructor(readonly sizes: Picture) {
    const { card: width, high: height } = sizes;
    this.middle = height / 2;
    make('rect', { width, height, rx: 7, class: 'nbflow-card' }, this.empty);
    make('g', { transform: `translate(17 ${this.middle})` }, this.empty);
    make('text', { x: LEFT, class: 'nbflow-label' }, this.empty);
    const line = make('text', { x: LEFT, class: 'nbflow-state' }, this.empty);
    make('tspan', { class: 'nbflow-word' }, line);
    make('tspan', {}, line);
  }

  copy(): SVGGElement {
    return this.empty.cloneNode(true) as SVGGElement;
  }
}

export class NodeView {
  readonly element: SVGGElement;
  private readonly symbol: Element;
  private readonly label: Element;
  private readonly line: Element;
  private readonly word: Element;
  private readonly text: Element;
  private title: Element | null = null;
  private ring: Element | null = null;
  private bar: { track: Element; part: Element } | null = null;
  private selected = false;
  private marked = false;
  private seen = false;
  private drawn: State | null = null; // what of the state the element shows
  private raised: number | null = null;

  constructor(
    readonly card: Card,
    private readonly pattern: Pattern,
    private state: State,
  ) {
    this.element = pattern.copy();
    [, this.symbol, this.label, this.line] = this.element.children;
    [this.word, this.text] = this.line.children;
    this.element.setAttribute('transform', `translate(${card.x} ${card.y})`);
    this.element.setAttribute('display', 'none');
    this.element.dataset.id = card.id;
    if (card.problem) this.element.append(makeProblem(pattern.sizes.card));
    this.label.textContent = card.name;
  }

  /** Returns whether anything changed. */
  setState(state: State): boolean {
    if (isEqual(state, this.state)) return false;
    this.state = { ...state };
    if (this.seen) this.showNew();
    return true;
  }

  setSelected(selected: boolean): void {
    if (selected === this.selected) return;
    this.selected = selected;
    this.element.setAttribute('aria-selected', `${selected}`);
    this.showClass();
  }

  setMarked(marked: boolean): void {
    if (marked === this.marked) return;
    this.marked = marked;
    this.showClass();
    this.tell();
  }

  /** A step outside the window is drawn once it is seen. */
  setSeen(seen: boolean): void {
    if (seen === this.seen) return;
    this.seen = seen;
    if (!seen) return this.element.setAttribute('display', 'none');
    if (this.drawn !== this.state) this.showNew();
    this.element.removeAttribute('display');
  }

  /** Make the parts that only a pointer or the keyboard shows. */
  meet(): void {
    this.title ??= make('title', {}, this.element);
    this.tell();
    this.addRing();
  }

  get tone(): string {
    return findLook(this.state.status).tone;
  }

  private showNew(): void {
    if (this.drawn?.status !== this.state.status) this.showSymbol();
    this.showState();
    this.drawn = this.state;
  }

  private showSymbol(): void {
    const { fill, line, cut } = findLook(this.state.status);
    const parts = Object.entries({ fill, line, cut }).filter(([, path]) => path);
    this.symbol.replaceChildren(
      ...parts.map(([kind, path]) => make('path', { d: path!, class: `nbflow-symbol-${kind}` })),
    );
    this.showClass();
  }

  private showClass(): void {
    const { status } = this.state;
    let classes = `nbflow-node nbflow-tone-${this.tone}`;
    if (/^\w+$/.test(status)) classes += ` nbflow-is-${status}`;
    if (this.selected) classes += ' nbflow-selected';
    if (this.marked) classes += ' nbflow-marked';
    if (this.selected || this.marked) this.addRing();
    this.element.setAttribute('class', classes);
  }

  private showState(): void {
    const { status, text, fraction, line } = this.state;
    setText(this.word, status);
    setText(this.text, line ?? '');
    this.showBar(fraction ?? null);
    this.raise(fraction == null ? 0 : 3, !status && !text);
    this.tell();
  }

  private showBar(fraction: number | null): void {
    if (fraction === null) {
      this.bar?.track.remove();
      this.bar?.part.remove();
      this.bar = null;
      return;
    }
    const { room, high } = this.pattern.sizes;
    const at = { ...BAR, y: high - 8 };
    this.bar ??= {
      track: make('rect', { ...at, width: room, class: 'nbflow-bar' }, this.element),
      part: make('rect', { ...at, width: 0, class: 'nbflow-done-part' }, this.element),
    };
    const width = Math.max(0, Math.min(1, fraction)) * room;
    this.bar.part.setAttribute('width', width.toFixed(1));
  }

  /** The texts stand in the middle of the card, a bit higher where a bar lies below them. */
  private raise(by: number, alone: boolean): void {
    const raised = alone ? -1 : by;
    if (raised === this.raised) return;
    this.raised = raised;
    const { middle } = this.pattern;
    this.label.setAttribute('y', `${alone ? middle + 4.5 : middle - 3 - by}`);
    this.line.setAttribute('y', `${middle + 14 - by}`);
  }

  private addRing(): void {
    const { card, high } = this.pattern.sizes;
    const size = { x: -3.5, y: -3.5, width: card + 7, height: high + 7, rx: 10 };
    this.ring ??= make('rect', { ...size, class: 'nbflow-ring' }, this.element);
  }

  private tell(): void {
    const { label, title, problem } = this.card;
    const state = say(this.state);
    const marked = this.marked ? 'would run' : '';
    const wrong = problem ? `has a problem: ${problem}` : '';
    const name = [label, state, marked, wrong].filter(Boolean).join(', ');
    this.element.setAttribute('aria-label', name);
    if (this.title)
      setText(this.title, [label, title, state, marked, wrong].filter(Boolean).join('\n'));
  }
}

/** A mark at the corner of a step whose notebook has an error. */
function makeProblem(width: number): Element {
  const { tone, fill, cut } = findLook('error');
  const at = { transform: `translate(${width - 2} 2)` };
  const mark = make('g', { ...at, class: `nbflow-problem nbflow-tone-${tone}` });
  make('path', { d: fill!, class: 'nbflow-symbol-fill' }, mark);
  make('path', { d: cut!, class: 'nbflow-symbol-cut' }, mark);
  return mark;
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
