/** Draws the graph of a pipeline into an element, and later only what changed. */
import { AROUND, Camera, NAMED, START } from './camera';
import { listen } from './gestures';
import { Minimap } from './minimap';
import { NodeView, Pattern } from './nodes';
import { type Line, NOTHING, type Picture } from './picture';
import { type State, NO_STATE } from './states';
import { make } from './svg';
import { CORNERS, MINUS, PLUS, makeTools } from './tools';
import { walk } from './walk';

const LARGE = 60; // steps from which on there is a minimap
const HEIGHTS = { least: 130, most: 520 }; // pixels, where the height is left to the graph
const BORDER = 2; // pixels, above and below together
const ZOOM = 1.3;
const NEAR = 12; // beyond the window, in units of the drawing: a node's ring

export class Graph {
  private picture: Picture = NOTHING;
  private camera = new Camera(this.picture);
  private canvas!: SVGSVGElement;
  private drawing!: SVGGElement;
  private minimap: Minimap | null = null;
  private views = new Map<string, NodeView>();
  private lines: { line: Line; path: SVGPathElement }[] = [];
  private states: Record<string, State> = {};
  private selected = '';
  private marked = new Set<string>();
  private entry: NodeView | undefined; // where Tab enters
  private height = 0; // 0: as high as the graph needs
  private moved = false; // by hand: a new size of the window changes nothing then
  private wasDragged: () => boolean = () => false;
  private readonly probe = document.createElement('div'); // as wide as the window, 0 high
  private readonly watching = new ResizeObserver(([{ contentRect }]) =>
    this.resize(contentRect.width),
  );

  /** `select` is called when a person chooses a step; "" is none. */
  constructor(
    private readonly root: HTMLElement,
    private readonly select: (id: string) => void,
  ) {
    root.classList.add('nbflow-graph');
    root.addEventListener('keydown', event => this.press(event));
    // Not on the canvas: Chromium lets Tab stop at an <svg> that listens to the focus.
    root.addEventListener('focusin', event => this.light(findId(event.target)));
    root.append(this.probe);
    this.watching.observe(this.probe);
  }

  setPicture(picture: Picture): void {
    const { width } = this.camera.window;
    this.picture = picture;
    this.camera = new Camera(picture);
    this.moved = false;
    this.draw();
    this.resize(width);
  }

  setStates(states: Record<string, State>): void {
    this.states = states;
    for (const [id, view] of this.views) {
      if (view.setState(states[id] ?? NO_STATE)) this.minimap?.show(id, view.tone);
    }
  }

  setSelected(id: string): void {
    if (id === this.selected) return;
    this.views.get(this.selected)?.setSelected(false);
    this.selected = id;
    this.showSelected();
  }

  setMarked(ids: readonly string[]): void {
    this.marked = new Set(ids);
    this.showMarked();
  }

  /** In pixels; 0 for as much as the graph needs, within limits. */
  setHeight(height: number): void {
    this.height = height;
    this.resize(this.camera.window.width);
  }

  destroy(): void {
    this.watching.disconnect();
    this.root.replaceChildren();
  }

  private draw(): void {
    const { cards } = this.picture;
    this.canvas = make('svg', { class: 'nbflow-canvas', role: 'listbox' });
    this.canvas.setAttribute('aria-label', `Pipeline of ${cards.length} steps`);
    this.drawing = make('g');
    this.drawLines(make('g', { 'aria-hidden': 'true' }, this.drawing));
    this.drawCards(make('g', {}, this.drawing));
    this.wasDragged = listen(this.canvas, this.camera, () => this.look(true));
    this.listenToCanvas();
    this.minimap = null;
    if (cards.length > LARGE) {
      this.minimap = new Minimap(this.picture, this.camera, () => this.look(true));
    }
    for (const [id, view] of this.views) this.minimap?.show(id, view.tone);
    this.showMarked();
    this.showSelected();
    this.root.replaceChildren(this.probe, ...(cards.length ? this.makeParts() : [makeNothing()]));
  }

  private drawLines(parent: Element): void {
    this.lines = this.picture.lines.map(line => ({
      line,
      path: make('path', { d: line.path, class: 'nbflow-edge' }, parent),
    }));
  }

  private drawCards(parent: Element): void {
    const pattern = new Pattern(this.picture);
    this.views = new Map();
    for (const card of this.picture.cards) {
      this.views.set(card.id, new NodeView(card, pattern, this.states[card.id] ?? NO_STATE));
    }
    parent.append(...[...this.views.values()].map(view => view.element));
  }

  private makeParts(): Element[] {
    const tools = makeTools([
      { label: 'Zoom in', path: PLUS, act: () => this.zoom(ZOOM) },
      { label: 'Zoom out', path: MINUS, act: () => this.zoom(1 / ZOOM) },
      { label: 'Fit the whole graph', path: CORNERS, act: () => this.fit() },
    ]);
    return [this.canvas, tools, ...(this.minimap ? [this.minimap.element] : [])];
  }

  private listenToCanvas(): void {
    this.canvas.addEventListener('click', event => {
      if (!this.wasDragged()) this.choose(findId(event.target));
    });
    this.canvas.addEventListener('pointerover', event => this.light(findId(event.target)));
    this.canvas.addEventListener('pointerleave', () => this.light(''));
  }

  private press(event: KeyboardEvent): void {
    const id = findId(event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || !this.views.size) return;
    const to = id ? walk(this.picture, id, event.key) : undefined;
    if (to) this.focus(to);
    else if (id && (event.key === 'Enter' || event.key === ' ')) this.choose(id);
    else if (event.key === 'Escape' && this.selected) this.choose('');
    else if (event.key === '+' || event.key === '=') this.zoom(ZOOM);
    else if (event.key === '-') this.zoom(1 / ZOOM);
    else if (event.key === '0') this.fit();
    else if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private choose(id: string): void {
    this.setSelected(id);
    this.select(id);
  }

  private focus(id: string): void {
    const view = this.views.get(id)!;
    this.setEntry(view);
    const { card: width, high: height } = this.picture;
    this.camera.reveal({ ...view.card, width, height });
    this.look(true);
    view.element.focus({ preventScroll: true });
    this.light(id);
  }

  /** Tab reaches one step only: the selected one, or where the keyboard was last. */
  private setEntry(entry: NodeView | undefined): void {
    for (const view of this.views.values()) {
      const index = view === entry ? 0 : -1;
      if (view.element.tabIndex !== index) view.element.tabIndex = index;
    }
    entry?.setSeen(true); // Tab passes by what is not drawn
    this.entry = entry;
  }

  private showSelected(): void {
    const view = this.views.get(this.selected);
    view?.setSelected(true);
    this.setEntry(view ?? this.views.values().next().value);
    this.light('');
  }

  private showMarked(): void {
    this.drawing?.classList.toggle('nbflow-has-marked', this.marked.size > 0);
    for (const [id, view] of this.views) view.setMarked(this.marked.has(id));
  }

  /** Highlight the edges of a step, by default of the selected step. */
  private light(id: string): void {
    const lit = id || this.selected;
    this.views.get(id)?.meet();
    for (const { line, path } of this.lines) {
      path.classList.toggle('nbflow-lit', lit === line.start || lit === line.end);
    }
  }

  private zoom(factor: number): void {
    this.camera.zoom(factor);
    this.look(true);
  }

  private fit(): void {
    this.camera.fit();
    this.look(false);
  }

  /** This measures nothing, because measuring makes the browser lay out the page at once. */
  private resize(width: number): void {
    const height = this.height > 0 ? this.height : this.findHeight(width);
    this.root.style.height = `${height}px`;
    const { window } = this.camera;
    if (!width || (width === window.width && height - BORDER === window.height)) return;
    this.camera.window = { width, height: height - BORDER };
    if (!this.moved) this.camera.start();
    this.look(this.moved);
  }

  /** The height that the graph needs if it is as wide as the window. */
  private findHeight(width: number): number {
    const across = (width - AROUND.across) / Math.max(1, this.picture.width);
    const scale = across >= NAMED ? Math.min(1, across) : START;
    const needed = Math.ceil(this.picture.height * scale + AROUND.down + BORDER);
    return Math.max(HEIGHTS.least, Math.min(HEIGHTS.most, needed));
  }

  private look(byHand: boolean): void {
    this.moved = byHand;
    const { x, y, scale } = this.camera;
    this.drawing.setAttribute(
      'transform',
      `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(4)})`,
    );
    this.drawing.classList.toggle('nbflow-far', scale < NAMED);
    this.showSeen();
    if (!this.drawing.parentNode) this.canvas.append(this.drawing); // laid out once, as it is seen
    this.minimap?.follow();
    this.showMore();
  }

  /** Show on which sides the graph continues beyond the window. */
  private showMore(): void {
    const { x, width } = this.camera.seen;
    this.root.classList.toggle('nbflow-more-left', x > NEAR);
    this.root.classList.toggle('nbflow-more-right', x + width < this.picture.width - NEAR);
  }

  /** Draw only what the window shows, because drawing texts is slow. */
  private showSeen(): void {
    const { x, y, width, height } = this.camera.seen;
    const [left, top] = [x - this.picture.card - NEAR, y - this.picture.high - NEAR];
    const [right, bottom] = [x + width + NEAR, y + height + NEAR];
    for (const view of this.views.values()) {
      const { x: at, y: down } = view.card;
      const inside = at > left && at < right && down > top && down < bottom;
      view.setSeen(inside || view === this.entry);
    }
  }
}

function findId(target: EventTarget | null): string {
  const node = (target as Element | null)?.closest?.('.nbflow-node');
  return (node as SVGGElement | null)?.dataset.id ?? '';
}

function makeNothing(): Element {
  const nothing = document.createElement('div');
  nothing.className = 'nbflow-nothing';
  nothing.textContent = 'No steps yet.';
  return nothing;
}
