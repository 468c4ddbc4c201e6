/** The part of the drawing that the window shows: pan, zoom and fit. It touches no element. */

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  x: number;
  y: number;
}

const MARGIN = 14;
const TOP = 38; // the buttons lie there
export const AROUND = { across: 2 * MARGIN, down: TOP + MARGIN }; // the drawing
const [CLOSEST, FARTHEST] = [2.5, 0.02];
export const READABLE = 0.32; // the least scale at which symbols can be told apart
export const NAMED = 0.5; // … and at which names are drawn
export const START = 0.7; // where all of it at once would be too small to read

export class Camera {
  x = 0; // of the drawing's left upper corner, in pixels of the window
  y = 0;
  scale = 1;
  window: Size = { width: 0, height: 0 };

  constructor(readonly drawing: Size) {}

  /** Show the whole drawing, but never enlarged. */
  fit(): void {
    this.scale = Math.max(FARTHEST, Math.min(1, this.fitting));
    this.centre();
  }

  /** Show the whole drawing if names can be read then, else its beginning. */
  start(): void {
    if (this.fitting >= NAMED) return this.fit();
    this.scale = START;
    this.centre();
    if (this.drawing.width * START > this.window.width) this.x = MARGIN;
    if (this.drawing.height * START > this.window.height - AROUND.down) this.y = TOP;
  }

  move(dx: number, dy: number): void {
    this.x += dx;
    this.y += dy;
    this.keepInSight();
  }

  /** Zoom; this point of the window (by default its middle) stays where it is. */
  zoom(factor: number, x = this.window.width / 2, y = this.window.height / 2): void {
    const least = Math.min(this.fitting, READABLE);
    const scale = Math.max(least, FARTHEST, Math.min(CLOSEST, this.scale * factor));
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.keepInSight();
  }

  /** Move as little as it takes to show this part of the drawing. */
  reveal(box: Box): void {
    const { width, height } = this.window;
    this.x += shift(this.x + box.x * this.scale, box.width * this.scale, MARGIN, width);
    this.y += shift(this.y + box.y * this.scale, box.height * this.scale, TOP, height);
  }

  /** Bring a point of the drawing to the middle. */
  look(x: number, y: number): void {
    this.x = this.window.width / 2 - x * this.scale;
    this.y = this.window.height / 2 - y * this.scale;
    this.keepInSight();
  }

  /** The part of the drawing that the window shows. */
  get seen(): Box {
    return {
      x: -this.x / this.scale,
      y: -this.y / this.scale,
      width: this.window.width / this.scale,
      height: this.window.height / this.scale,
    };
  }

  private get fitting(): number {
    const across = (this.window.width - AROUND.across) / Math.max(1, this.drawing.width);
    const down = (this.window.height - AROUND.down) / Math.max(1, this.drawing.height);
    return Math.min(across, down);
  }

  private centre(): void {
    this.x = (this.window.width - this.drawing.width * this.scale) / 2;
    this.y = (this.window.height + TOP - MARGIN - this.drawing.height * this.scale) / 2;
  }

  /** A corner of the drawing always stays in the window. */
  private keepInSight(): void {
    const left = 60;
    const { width, height } = this.window;
    this.x = between(this.x, left - this.drawing.width * this.scale, width - left);
    this.y = between(this.y, left - this.drawing.height * this.scale, height - left);
  }
}

function shift(start: number, length: number, least: number, room: number): number {
  if (start < least) return least - start;
  const over = start + length - (room - MARGIN);
  return over > 0 ? -Math.min(over, start - least) : 0;
}

function between(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
