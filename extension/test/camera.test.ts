import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Camera } from '../src/graph/camera';

function look(drawing: [number, number], window: [number, number]): Camera {
  const camera = new Camera({ width: drawing[0], height: drawing[1] });
  camera.window = { width: window[0], height: window[1] };
  return camera;
}

test('a small graph is shown as it was drawn, in the middle', () => {
  const camera = look([400, 100], [1000, 300]);
  camera.start();
  assert.deepEqual([camera.scale, camera.x], [1, 300]);
});

test('a larger one is made to fit', () => {
  const camera = look([1944, 100], [1000, 300]);
  camera.start();
  assert.deepEqual([camera.scale, camera.x], [0.5, 14]);
});

test('one that would be too small to read is shown from its beginning, and fits when asked', () => {
  const camera = look([20_000, 100], [1000, 300]);
  camera.start();
  assert.deepEqual([camera.scale, camera.x], [0.7, 14]);
  camera.fit();
  assert.ok(Math.abs(camera.seen.width - 20_000) < 1000);
});

test('the point under the pointer stays when zooming', () => {
  const camera = look([400, 300], [500, 400]);
  camera.start();
  const before = [(200 - camera.x) / camera.scale, (150 - camera.y) / camera.scale];
  camera.zoom(1.5, 200, 150);
  const after = [(200 - camera.x) / camera.scale, (150 - camera.y) / camera.scale];
  assert.deepEqual(after.map(Math.round), before.map(Math.round));
});

test('the graph cannot be lost by dragging', () => {
  const camera = look([400, 300], [500, 400]);
  camera.start();
  camera.move(1e6, -1e6);
  const { x, y, width, height } = camera.seen;
  assert.ok(x < 400 && x + width > 0 && y < 300 && y + height > 0);
});

test('a step out of sight is brought into it, one in sight moves nothing', () => {
  const camera = look([4000, 300], [500, 400]);
  camera.start();
  const { x, y } = camera;
  camera.reveal({ x: 0, y: 0, width: 172, height: 48 });
  assert.deepEqual([camera.x, camera.y], [x, y]);
  camera.reveal({ x: 3000, y: 0, width: 172, height: 48 });
  assert.ok(camera.seen.x < 3000 && camera.seen.x + camera.seen.width > 3172);
});
