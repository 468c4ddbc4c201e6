/** A small picture of a large graph, with the part that is seen; a click or a drag moves it. */
import type { Camera } from './camera';
import type { Picture } from './picture';
import { make } from './svg';

const ROOM = { width: 170, height: 110 };

export class Minimap {
  readonly element: SVGSVGElement;
  private readonly dots = new Map<string, SVGRectElement>();
  private readonly seen: SVGRectElement;
  private readonly scale: number;

  constructor(
    { cards, width, height, card, high }: Picture,
    private readonly camera: Camera,
    moved: () => void,
  ) {
    this.scale = Math.min(ROOM.width / width, ROOM.height / height);
    this.element = make('svg', {
      class: 'nbflow-minimap',
      width: Math.max(40, width * this.scale) + 8,
      height: Math.max(24, height * this.scale) + 8,
      'aria-hidden': 'true',
    });
    const picture = make('g', { transform: `translate(4 4) scale(${this.scale})` }, this.element);
    for (const { id, x, y } of cards) {
      const box = { x, y, width: card, height: high, rx: 8 };
      this.dots.set(id, make('rect', box, picture));
    }
    this.seen = make('rect', { class: 'nbflow-seen' }, picture);
    const look = (event: PointerEvent) => {
      const { left, top } = this.element.getBoundingClientRect();
      this.camera.look(
        (event.clientX - left - 4) / this.scale,
        (event.clientY - top - 4) / this.scale,
      );
      moved();
    };
    this.element.addEventListener('pointerdown', event => {
      this.element.setPointerCapture(event.pointerId);
      look(event);
    });
    this.element.addEventListener('pointermove', event => event.buttons && look(event));
  }

  show(id: string, tone: string): void {
    this.dots.get(id)?.setAttribute('class', `nbflow-dot nbflow-tone-${tone}`);
  }

  /** Show where the window is; hidden if the window shows everything. */
  follow(): void {
    const { seen, drawing } = this.camera;
    const across = seen.x <= 0 && seen.x + seen.width >= drawing.width;
    const all = across && seen.y <= 0 && seen.y + seen.height >= drawing.height;
    this.element.style.display = all ? 'none' : '';
    for (const [name, value] of Object.entries(seen)) {
      this.seen.setAttribute(name, value.toFixed(1));
    }
  }
}
