import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKept } from '../src/widget/keys';

function press(keys: string): Parameters<typeof isKept>[0] {
  const parts = keys.split(' ');
  return {
    key: parts[parts.length - 1],
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Cmd'),
    altKey: parts.includes('Alt'),
    shiftKey: parts.includes('Shift'),
  };
}

test('keys that change cells stay in the panel', () => {
  const kept = ['d', 'a', 'b', 'x', 'z', 'ArrowDown', 'Enter', ' ', 'Tab', 'Escape', 'Shift Enter'];
  const held = [
    'Ctrl Enter',
    'Cmd Enter',
    'Alt Enter',
    'Ctrl a',
    'Ctrl z',
    'Cmd v',
    'Ctrl Shift Z',
  ];
  const moved = ['Shift J', 'Ctrl Shift ArrowUp', 'Ctrl Shift M', 'Ctrl Shift -', 'Ctrl Backspace'];
  for (const keys of [...kept, ...held, ...moved]) assert.equal(isKept(press(keys)), true, keys);
});

test('keys that concern no cell stay JupyterLab’s', () => {
  const passed = [
    'Ctrl s',
    'Cmd s',
    'Ctrl Shift S',
    'Ctrl Shift C',
    'Ctrl f',
    'Ctrl b',
    'F11',
    'Alt w',
  ];
  for (const keys of passed) assert.equal(isKept(press(keys)), false, keys);
});
