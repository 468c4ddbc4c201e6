import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPath } from '../src/widget/quietly';

test('the path of a file is what comes behind the server’s own address', () => {
  assert.equal(findPath('/files/a/b%20c.ipynb', '/'), 'a/b c.ipynb');
  assert.equal(findPath('/user/me/files/files/a.ipynb', '/user/me/'), 'files/a.ipynb');
  assert.equal(findPath('/lab/tree/a.ipynb', '/'), '');
});
