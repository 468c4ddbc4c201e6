/** Draws one step, and afterwards changes only what changed of it. */
import { type Place, SIZES } from './dag';
import { type State, findLook, isEqual, say } from './states';
import { Ruler, make } from './svg';
import { findRoom } from './widths';

export interface Node {
  id: string;
  label: string;
  title?: string; // shown on hover, below the label
  problem?: string; // what is wrong with its notebook
}

const { height: HEIGHT } = SIZES;
const LEFT = 32; // where the texts begin, right of the symbol
const MIDDLE = HEIGHT / 2;
const BAR = { x: LEFT, y: HEIGHT - 8, height: 3, rx: 1.5 };
const RING = { x: -3.5, y: -3.5, height: HEIGHT + 7, rx: 10 };

/** What the nodes of one graph share: how wide texts are, and an empty node to copy. */
export class Pattern {
  readonly room: number; // of the texts
  readonly label: Ruler;
  readonly word: Ruler;
  readonly text: Ruler;
  private readonly empty = make('g', { role: 'option', tabindex: -1, 'aria-selected': 'false' });

  /** The font is the element's; of one outside of the document, Jupyter's. */
  constructor(
    element: Element,
    readonly width: number,
  ) {
    this.room = findRoom(width);
    const jupyters = getComputedStyle(document.body).getPropertyValue('--jp-ui-font-family');
    const family = getComputedStyle(element).fontFamily || jupyters || 'system-ui, sans-serif';
    this.label = new Ruler(`600 13px ${family}`);
    this.word = new Ruler(`600 11.5px ${family}`);
    this.text = new Ruler(`400 11.5px ${family}`);
    make('rect', { width, height: HEIGHT, rx: 7, class: 'nbflow-card' }, this.empty);
    make('g', { transform: `translate(17 ${MIDDLE})` }, this.empty);
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
    readonly node: Node,
    readonly place: Place,
    private readonly pattern: Pattern,
    private state: State,
  ) {
    this.element = pattern.copy();
    [, this.symbol, this.label, this.line] = this.element.children;
    [this.word, this.text] = this.line.children;
    this.element.setAttribute('transform', `translate(${place.x} ${place.y})`);
    this.element.setAttribute('display', 'none');
    this.element.dataset.id = node.id;
    if (node.problem) this.element.append(makeProblem(pattern.width));
    this.label.textContent = pattern.label.cutMiddle(node.label, pattern.room);
  }

  /** Says whether anything had to change. */
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

  /** One that is not seen is drawn when it is. */
  setSeen(seen: boolean): void {
    if (seen === this.seen) return;
    this.seen = seen;
    if (!seen) return this.element.setAttribute('display', 'none');
    if (this.drawn !== this.state) this.showNew();
    this.element.removeAttribute('display');
  }

  /** Make what is seen only when the pointer or the keyboard comes to it. */
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
    const { status, text, fraction } = this.state;
    const { room } = this.pattern;
    const word = this.pattern.word.cut(status, room);
    const left = room - this.pattern.word.measure(word);
    const more = text ? `${word ? ' · ' : ''}${text.split('\n', 1)[0]}` : '';
    setText(this.word, word);
    setText(this.text, more && this.pattern.text.cut(more, left));
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
    this.bar ??= {
      track: make('rect', { ...BAR, width: this.pattern.room, class: 'nbflow-bar' }, this.element),
      part: make('rect', { ...BAR, width: 0, class: 'nbflow-done-part' }, this.element),
    };
    const width = Math.max(0, Math.min(1, fraction)) * this.pattern.room;
    this.bar.part.setAttribute('width', width.toFixed(1));
  }

  /** The texts stand in the middle of the card, a bit higher where a bar lies below them. */
  private raise(by: number, alone: boolean): void {
    const raised = alone ? -1 : by;
    if (raised === this.raised) return;
    this.raised = raised;
    this.label.setAttribute('y', `${alone ? MIDDLE + 4.5 : MIDDLE - 3 - by}`);
    this.line.setAttribute('y', `${MIDDLE + 14 - by}`);
  }

  private addRing(): void {
    const ring = { ...RING, width: this.pattern.width + 7, class: 'nbflow-ring' };
    this.ring ??= make('rect', ring, this.element);
  }

  private tell(): void {
    const { label, title, problem } = this.node;
    const state = say(this.state);
    const marked = this.marked ? 'would run' : '';
    const wrong = problem ? `has a problem: ${problem}` : '';
    const name = [label, state, marked, wrong].filter(Boolean).join(', ');
    this.element.setAttribute('aria-label', name);
    if (this.title)
      setText(this.title, [label, title, state, marked, wrong].filter(Boolean).join('\n'));
  }
}

/** A mark at the corner of a step whose notebook has to be mended. */
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
