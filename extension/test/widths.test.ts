import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWidth } from '../src/widths';

test('nodes are as wide as their names need, where there is room', () => {
  assert.equal(findWidth(60, 2, 900), 172); // never narrower
  assert.equal(findWidth(180, 3, 900), 222);
  assert.equal(findWidth(180, 4, 900), 192); // what four columns leave
  assert.equal(findWidth(180, 9, 900), 172);
  assert.equal(findWidth(900, 1, 900), 300);
});
