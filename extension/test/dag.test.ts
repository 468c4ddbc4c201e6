import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeChains } from '../src/columns';
import { countCrossings, orderColumns } from '../src/crossings';
import { type Edge, type Layout, SIZES, layOut } from '../src/dag';
import { makePipeline } from './graphs';

const DIAMOND: Edge[] = [
  ['load', 'clean'],
  ['load', 'join'],
  ['clean', 'report'],
  ['join', 'report'],
];

test('a step stands right of all that it needs', () => {
  const { ids, edges } = makePipeline(120);
  const { places } = layOut(ids, edges);
  for (const [from, to] of edges) {
    assert.ok(places.get(from)!.x + SIZES.width < places.get(to)!.x, `${from} → ${to}`);
  }
});

test('no two steps overlap, and all lie within the drawing', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { ids, edges } = makePipeline(10 + seed * 7, seed);
    assertNoOverlap(layOut(ids, edges));
  }
});

test('an edge runs from the right of a step to the left of the next, past no other step', () => {
  const { ids, edges } = makePipeline(60, 3);
  const { places, routes } = layOut(ids, edges);
  assert.equal(routes.length, edges.length);
  for (const { edge, curves } of routes) {
    const [from, to] = edge.map(id => places.get(id)!);
    const [first, last] = [curves[0], curves[curves.length - 1]];
    assert.deepEqual([first.x1, first.y1], [from.x + SIZES.width, from.y + SIZES.height / 2]);
    assert.deepEqual([last.x2, last.y2], [to.x, to.y + SIZES.height / 2]);
    curves.slice(1).forEach((curve, at) => {
      assert.equal(curve.y1, curves[at].y2);
      for (const { x, y } of places.values()) {
        const across = x < curve.x1 && x + SIZES.width > curves[at].x2;
        assert.ok(!across || curve.y1 < y || curve.y1 > y + SIZES.height, 'a line through a step');
      }
    });
  }
});

test('a diamond lies even', () => {
  const { places, width, height } = layOut(['load', 'clean', 'join', 'report'], DIAMOND);
  const y = (id: string) => Math.round(places.get(id)!.y * 100) / 100;
  assert.equal(y('load'), y('report'));
  assert.equal(y('join') - y('clean'), SIZES.height + SIZES.row);
  assert.equal(Math.round(height), 2 * SIZES.height + SIZES.row);
  assert.equal(width, 3 * SIZES.width + 2 * SIZES.column);
});

test('a chain is one line', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const { places } = layOut(ids, [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
  ]);
  assert.deepEqual(new Set([...places.values()].map(one => one.y)), new Set([0]));
});

test('a step that only gives stands right before what needs it', () => {
  const edges: Edge[] = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'd'],
    ['late', 'd'],
  ];
  const { places } = layOut(['a', 'b', 'c', 'd', 'late'], edges);
  assert.equal(places.get('late')!.x, places.get('c')!.x);
});

test('crossings that can be avoided are', () => {
  const pairs = [
    [0, 7],
    [1, 6],
    [2, 5],
    [3, 4],
    [0, 6],
    [3, 5],
  ] as const;
  const proper = makeChains(8, [...pairs], [0, 0, 0, 0, 1, 1, 1, 1]);
  assert.ok(countCrossings(proper) > 0);
  orderColumns(proper);
  assert.equal(countCrossings(proper), 0);
});

test('crossings are counted as by comparing each edge with each', () => {
  const pairs = [
    [0, 5],
    [1, 4],
    [1, 5],
    [2, 3],
    [0, 3],
  ] as const;
  const proper = makeChains(6, [...pairs], [0, 0, 0, 1, 1, 1]);
  const slow = pairs.flatMap((a, at) =>
    pairs.slice(at + 1).filter(b => (a[0] - b[0]) * (a[1] - b[1]) < 0),
  );
  assert.equal(countCrossings(proper), slow.length);
});

test('a cycle is drawn, all of its edges too', () => {
  const edges: Edge[] = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
    ['c', 'd'],
  ];
  const layout = layOut(['a', 'b', 'c', 'd'], edges);
  assertNoOverlap(layout);
  assert.deepEqual(new Set(layout.routes.map(({ edge }) => edge)), new Set(edges));
});

test('what is not a graph is left out: unknown steps, loops, the same edge twice', () => {
  const edges: Edge[] = [
    ['a', 'gone'],
    ['a', 'a'],
    ['a', 'b'],
    ['a', 'b'],
  ];
  assert.equal(layOut(['a', 'b'], edges).routes.length, 1);
});

test('steps that nothing connects stand in rows below the others', () => {
  const ids = Array.from({ length: 30 }, (_, at) => `s${at}`);
  const layout = layOut(ids, [['s0', 's1']]);
  assertNoOverlap(layout);
  assert.ok(layout.width < 3 * layout.height && layout.height < 3 * layout.width);
  assert.ok(layout.places.get('s2')!.y > layout.places.get('s0')!.y);
});

test('nothing is a drawing of nothing', () => {
  const nothing = { places: new Map(), routes: [], width: 0, height: 0, node: SIZES.width };
  assert.deepEqual(layOut([], []), nothing);
});

test('the same graph is laid out the same', () => {
  const { ids, edges } = makePipeline(80);
  assert.deepEqual(layOut(ids, edges), layOut(ids, edges));
});

test('how long it takes, for the record', context => {
  for (const [count, times] of [
    [200, 9],
    [1000, 3],
  ]) {
    const { ids, edges } = makePipeline(count);
    const taken = Array.from({ length: times }, () => {
      const start = process.cpuUsage();
      layOut(ids, edges);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    const [first, least] = [taken[0], Math.min(...taken)].map(one => one.toFixed(0));
    context.diagnostic(
      `${count} steps, ${edges.length} edges: ${first} ms CPU, then ${least} ms at best`,
    );
  }
});

function assertNoOverlap({ places, width, height }: Layout): void {
  const all = [...places];
  all.forEach(([id, a], at) => {
    assert.ok(a.x >= 0 && a.x + SIZES.width <= width + 1e-6, `${id} beside the drawing`);
    assert.ok(a.y >= -1e-6 && a.y + SIZES.height <= height + 1e-6, `${id} above or below it`);
    for (const [other, b] of all.slice(at + 1)) {
      const apart =
        Math.abs(a.x - b.x) >= SIZES.width ||
        Math.abs(a.y - b.y) >= SIZES.height + SIZES.row - 1e-6;
      assert.ok(apart, `${id} over ${other}`);
    }
  });
}
