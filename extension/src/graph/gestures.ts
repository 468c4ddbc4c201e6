/** Pointer and wheel: a drag moves the drawing, the wheel zooms it with Ctrl or Cmd. */
import type { Camera } from './camera';

const DRAG = 4; // pixels before a press becomes a drag

/** Returns whether the click that follows a press belongs to a drag. */
export function listen(canvas: SVGSVGElement, camera: Camera, moved: () => void): () => boolean {
  let from: { x: number; y: number; id: number } | null = null;
  let dragged = false;
  const end = () => {
    from = null;
    canvas.classList.remove('nbflow-dragged');
  };
  canvas.addEventListener('pointerdown', event => {
    dragged = false;
    if (event.button === 0) from = { x: event.clientX, y: event.clientY, id: event.pointerId };
  });
  canvas.addEventListener('pointermove', event => {
    if (!from || event.pointerId !== from.id) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (!dragged && Math.hypot(dx, dy) < DRAG) return;
    if (!dragged) canvas.setPointerCapture(event.pointerId);
    dragged = true;
    canvas.classList.add('nbflow-dragged');
    camera.move(dx, dy);
    from = { ...from, x: event.clientX, y: event.clientY };
    moved();
  });
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('wheel', event => turn(event, canvas, camera, moved), { passive: false });
  return () => dragged;
}

function turn(event: WheelEvent, canvas: Element, camera: Camera, moved: () => void): void {
  if (event.ctrlKey || event.metaKey) {
    const { left, top } = canvas.getBoundingClientRect();
    const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 150);
    camera.zoom(factor, event.clientX - left, event.clientY - top);
  } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    camera.move(-(event.deltaX || event.deltaY), 0);
  } else {
    return;
  }
  event.preventDefault();
  moved();
}
