/** The graph of a pipeline in an element: drawn once, then changed where something changed. */
import { AROUND, Camera, NAMED, START } from './camera';
import { type Edge, type Layout, SIZES, layOut } from './dag';
import { drawRoute } from './edges';
import { listen } from './gestures';
import { Minimap } from './minimap';
import { type Node, NodeView, Pattern } from './nodes';
import { type State, NO_STATE } from './states';
import { make } from './svg';
import { CORNERS, MINUS, PLUS, makeTools } from './tools';
import { walk } from './walk';
import { findWidth } from './widths';

const LARGE = 60; // steps from which on there is a minimap
const HEIGHTS = { least: 130, most: 520 }; // pixels, where the height is left to the graph
const BORDER = 2; // pixels, above and below together
const ZOOM = 1.3;
const NEAR = 12; // beyond the window, in units of the drawing: a node's ring

export class Graph {
  private nodes: readonly Node[] = [];
  private edges: readonly Edge[] = [];
  private layout: Layout = layOut([], []);
  private camera = new Camera(this.layout);
  private canvas!: SVGSVGElement;
  private picture!: SVGGElement;
  private minimap: Minimap | null = null;
  private views = new Map<string, NodeView>();
  private routes: { edge: Edge; path: SVGPathElement }[] = [];
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

  setGraph(nodes: readonly Node[], edges: readonly Edge[]): void {
    [this.nodes, this.edges] = [nodes, edges];
    this.arrange(this.camera.window.width);
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

  /** Lay the steps out in a window of this width, and draw them. */
  private arrange(width: number): void {
    this.layout = this.layOut(width);
    this.camera = new Camera(this.layout);
    this.moved = false;
    this.draw(this.nodes);
    this.resize(width);
  }

  private layOut(width: number): Layout {
    const ids = this.nodes.map(node => node.id);
    const node = this.findNodeWidth(width, ids);
    return layOut(ids, this.edges, { ...SIZES, width: node });
  }

  /** A large graph is looked at from afar: its names are cut, and nothing is measured for it. */
  private findNodeWidth(width: number, ids: string[]): number {
    if (!width || ids.length > LARGE) return SIZES.width;
    const { label } = new Pattern(this.root, SIZES.width);
    const longest = Math.max(0, ...this.nodes.map(node => label.measure(node.label)));
    const places = [...layOut(ids, this.edges).places.values()];
    const columns = 1 + Math.max(0, ...places.map(place => place.column));
    return findWidth(longest, columns, width - AROUND.across);
  }

  private draw(nodes: readonly Node[]): void {
    this.canvas = make('svg', { class: 'nbflow-canvas', role: 'listbox' });
    this.canvas.setAttribute('aria-label', `Pipeline of ${nodes.length} steps`);
    this.picture = make('g');
    const [lines, cards] = [make('g', { 'aria-hidden': 'true' }), make('g')];
    this.drawEdges(lines);
    this.drawNodes(nodes, cards);
    this.picture.append(lines, cards);
    this.wasDragged = listen(this.canvas, this.camera, () => this.look(true));
    this.listenToCanvas();
    this.minimap = null;
    if (nodes.length > LARGE) {
      this.minimap = new Minimap(this.layout, this.camera, () => this.look(true));
    }
    for (const [id, view] of this.views) this.minimap?.show(id, view.tone);
    this.showMarked();
    this.showSelected();
    this.root.replaceChildren(this.probe, ...(nodes.length ? this.makeParts() : [makeNothing()]));
  }

  private drawEdges(parent: Element): void {
    this.routes = this.layout.routes.map(({ edge, curves }) => ({
      edge,
      path: make('path', { d: drawRoute(curves), class: 'nbflow-edge' }, parent),
    }));
  }

  /** In reading order: from left to right, from top to bottom. */
  private drawNodes(nodes: readonly Node[], parent: Element): void {
    const pattern = new Pattern(this.root, this.layout.node);
    const drawn = nodes
      .map(node => ({ node, place: this.layout.places.get(node.id)! }))
      .sort((a, b) => a.place.x - b.place.x || a.place.y - b.place.y);
    this.views = new Map();
    for (const { node, place } of drawn) {
      const view = new NodeView(node, place, pattern, this.states[node.id] ?? NO_STATE);
      this.views.set(node.id, view);
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
    const to = id ? walk(this.layout, id, event.key) : undefined;
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
    this.camera.reveal({ ...view.place, width: this.layout.node, height: SIZES.height });
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
    this.picture?.classList.toggle('nbflow-has-marked', this.marked.size > 0);
    for (const [id, view] of this.views) view.setMarked(this.marked.has(id));
  }

  /** Bring out the edges of a step, or of the selected one. */
  private light(id: string): void {
    const lit = id || this.selected;
    this.views.get(id)?.meet();
    for (const { edge, path } of this.routes) {
      path.classList.toggle('nbflow-lit', lit === edge[0] || lit === edge[1]);
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

  /** Nothing is measured here, which would make the browser lay out the page at once. */
  private resize(width: number): void {
    if (width && width !== this.camera.window.width && this.isOtherWidth(width)) {
      return this.arrange(width);
    }
    const height = this.height > 0 ? this.height : this.findHeight(width);
    this.root.style.height = `${height}px`;
    const { window } = this.camera;
    if (!width || (width === window.width && height - BORDER === window.height)) return;
    this.camera.window = { width, height: height - BORDER };
    if (!this.moved) this.camera.start();
    this.look(this.moved);
  }

  private isOtherWidth(width: number): boolean {
    const ids = this.nodes.map(node => node.id);
    return this.findNodeWidth(width, ids) !== this.layout.node;
  }

  /** What the graph needs when it is made as wide as the window. */
  private findHeight(width: number): number {
    const across = (width - AROUND.across) / Math.max(1, this.layout.width);
    const scale = across >= NAMED ? Math.min(1, across) : START;
    const needed = Math.ceil(this.layout.height * scale + AROUND.down + BORDER);
    return Math.max(HEIGHTS.least, Math.min(HEIGHTS.most, needed));
  }

  private look(byHand: boolean): void {
    this.moved = byHand;
    const { x, y, scale } = this.camera;
    this.picture.setAttribute(
      'transform',
      `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(${scale.toFixed(4)})`,
    );
    this.picture.classList.toggle('nbflow-far', scale < NAMED);
    this.showSeen();
    if (!this.picture.parentNode) this.canvas.append(this.picture); // laid out once, as it is seen
    this.minimap?.follow();
    this.showMore();
  }

  /** Show on which sides the graph goes on. */
  private showMore(): void {
    const { x, width } = this.camera.seen;
    this.root.classList.toggle('nbflow-more-left', x > NEAR);
    this.root.classList.toggle('nbflow-more-right', x + width < this.layout.width - NEAR);
  }

  /** Draw only what the window shows: texts are what takes the browser's time. */
  private showSeen(): void {
    const { x, y, width, height } = this.camera.seen;
    const [left, top] = [x - this.layout.node - NEAR, y - SIZES.height - NEAR];
    const [right, bottom] = [x + width + NEAR, y + height + NEAR];
    for (const view of this.views.values()) {
      const { x: at, y: down } = view.place;
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
