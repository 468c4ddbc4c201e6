import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLook, isEqual, say } from '../src/graph/states';

test('a state is read aloud with its progress', () => {
  assert.equal(
    say({ status: 'running', text: 'joining', fraction: 0.4 }),
    'running, 40 percent, joining',
  );
  assert.equal(say({ status: 'done' }), 'done');
});

test('an unknown state has a look too, also one named like a method', () => {
  assert.equal(findLook('resting'), findLook(''));
  assert.equal(findLook('constructor'), findLook(''));
});

test('states are compared by what is shown', () => {
  assert.ok(isEqual({ status: 'done', text: 'a' }, { status: 'done', text: 'a' }));
  assert.ok(!isEqual({ status: 'running', fraction: 0.1 }, { status: 'running', fraction: 0.2 }));
});
