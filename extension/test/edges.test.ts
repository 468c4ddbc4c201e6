import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawRoute } from '../src/edges';

test('an edge is one path: curves, a line between them, the head', () => {
  const path = drawRoute([
    { x1: 0, y1: 0, x2: 40, y2: 10 },
    { x1: 100, y1: 10, x2: 140, y2: 20 },
  ]);
  assert.equal(
    path,
    'M0 0C20 0 20 10 40 10L100 10C118.8 10 118.8 20 137.5 20M131.5 16L137.5 20L131.5 24',
  );
});

test('the head of an edge that leads back points back', () => {
  assert.match(drawRoute([{ x1: 100, y1: 0, x2: 40, y2: 0 }]), /M48\.5 -4L42\.5 0L48\.5 4$/);
});
