/** Draws one step, and afterwards changes only what changed of it. */
import { type Place, SIZES } from './dag';
import { type State, NO_STATE, findLook, isEqual, say } from './states';
import { type Ruler, make } from './svg';

export interface Node {
  id: string;
  label: string;
  title?: string; // shown on hover, below the label
}

const { width: WIDTH, height: HEIGHT } = SIZES;
const LEFT = 32; // where the texts begin, right of the symbol
const ROOM = WIDTH - LEFT - 10;
const LABEL = { size: 13, weight: 600 };
const WORD = { size: 11.5, weight: 600 };
const TEXT = { size: 11.5, weight: 400 };
const BAR = { x: LEFT, y: HEIGHT - 8, width: ROOM, height: 3, rx: 1.5 };

export class NodeView {
  readonly element: SVGGElement;
  private readonly title: SVGTitleElement;
  private readonly symbol: SVGGElement;
  private readonly label: SVGTextElement;
  private readonly word: SVGTSpanElement;
  private readonly text: SVGTSpanElement;
  private readonly line: SVGTextElement;
  private bar: { track: SVGRectElement; part: SVGRectElement } | null = null;
  private state: State = { status: '\0' };
  private status = '';
  private selected = false;
  private marked = false;

  constructor(
    readonly node: Node,
    readonly place: Place,
    private readonly ruler: Ruler,
    parent: Element,
  ) {
    const box = { width: WIDTH, height: HEIGHT, rx: 7 };
    this.element = make('g', {
      transform: `translate(${place.x} ${place.y})`,
      role: 'option',
      tabindex: -1,
      'aria-selected': 'false',
    });
    this.element.dataset.id = node.id;
    this.title = make('title', {}, this.element);
    make('rect', { ...box, class: 'nbflow-under' }, this.element);
    make('rect', { ...box, class: 'nbflow-card' }, this.element);
    const ring = { x: -3.5, y: -3.5, width: WIDTH + 7, height: HEIGHT + 7, rx: 10 };
    make('rect', { ...ring, class: 'nbflow-ring' }, this.element);
    this.symbol = make('g', {}, this.element);
    this.label = make('text', { x: LEFT, class: 'nbflow-label' }, this.element);
    this.label.textContent = ruler.cut(node.label, ROOM, LABEL.size, LABEL.weight);
    this.line = make('text', { x: LEFT, class: 'nbflow-state' }, this.element);
    this.word = make('tspan', { class: 'nbflow-word' }, this.line);
    this.text = make('tspan', {}, this.line);
    this.setState(NO_STATE);
    parent.append(this.element);
  }

  /** Says whether anything had to change. */
  setState(state: State): boolean {
    if (isEqual(state, this.state)) return false;
    if (state.status !== this.state.status) this.showStatus(state.status);
    this.state = { ...state };
    this.showText();
    this.showBar(state.fraction ?? null);
    this.tell();
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

  get tone(): string {
    return findLook(this.status).tone;
  }

  private showStatus(status: string): void {
    this.status = status;
    const look = findLook(status);
    const parts = [
      ['fill', look.fill],
      ['line', look.line],
      ['cut', look.cut],
    ].filter(([, path]) => path);
    this.symbol.replaceChildren(
      ...parts.map(([kind, path]) => make('path', { d: path!, class: `nbflow-symbol-${kind}` })),
    );
    this.showClass();
  }

  private showClass(): void {
    const name = /^\w*$/.test(this.status) ? this.status : '';
    const classes = ['nbflow-node', `nbflow-tone-${this.tone}`, name && `nbflow-is-${name}`];
    if (this.selected) classes.push('nbflow-selected');
    if (this.marked) classes.push('nbflow-marked');
    this.element.setAttribute('class', classes.filter(Boolean).join(' '));
  }

  private showText(): void {
    const { status, text } = this.state;
    const word = this.ruler.cut(status, ROOM, WORD.size, WORD.weight);
    const left = ROOM - this.ruler.measure(word, WORD.size, WORD.weight);
    const more = text ? `${word ? ' · ' : ''}${text.split('\n', 1)[0]}` : '';
    setText(this.word, word);
    setText(this.text, more ? this.ruler.cut(more, left, TEXT.size, TEXT.weight) : '');
  }

  /** The texts stand in the middle of the card, a bit higher where a bar lies below them. */
  private showBar(fraction: number | null): void {
    if (fraction === null) {
      this.bar?.track.remove();
      this.bar?.part.remove();
      this.bar = null;
    } else {
      this.bar ??= {
        track: make('rect', { ...BAR, class: 'nbflow-bar' }, this.element),
        part: make('rect', { ...BAR, class: 'nbflow-done-part' }, this.element),
      };
      const part = Math.max(0, Math.min(1, fraction)) * BAR.width;
      this.bar.part.setAttribute('width', part.toFixed(1));
    }
    const up = fraction === null ? 0 : 3;
    const alone = !this.state.status && !this.state.text;
    this.symbol.setAttribute('transform', `translate(17 ${HEIGHT / 2 - up})`);
    this.label.setAttribute('y', `${alone ? HEIGHT / 2 + 4.5 : HEIGHT / 2 - 3 - up}`);
    this.line.setAttribute('y', `${HEIGHT / 2 + 14 - up}`);
  }

  private tell(): void {
    const { label, title } = this.node;
    const state = say(this.state);
    const marked = this.marked ? 'would run' : '';
    const name = [label, state, marked].filter(Boolean).join(', ');
    this.element.setAttribute('aria-label', name);
    setText(this.title, [label, title, state, marked].filter(Boolean).join('\n'));
  }
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
