import { expect, it } from 'vitest';
import { CelError, parseCel } from './cel.ts';

const self = {
  a: 1,
  b: 2,
  on: true,
  off: false,
  text: 'wörd',
  list: ['x'],
  map: { key: null },
  deep: { est: { x: 1 } },
};

it.each([
  ['1 + 2 == 3', true],
  ['3 - 1 - 1', 1],
  ['-self.a + 2', 1],
  ['self.a <= self.b && self.b > self.a', true],
  ['self.a == self.b || self.a != self.b', true],
  ['self.on ? "yes" : \'no\'', 'yes'],
  ['!self.off && !(self.on && self.off)', true],
  ['has(self.a) && !has(self.c)', true],
  ['has(self.deep.est.x)', true],
  ['(has(self.a) ? 1 : 0) + (has(self.c) ? 1 : 0) == 1', true],
  ['self.text.size() == 4 && size(self.list) == 1 && size(self.map) == 1', true],
  ['"x" in self.list && "key" in self.map && !("y" in self.list)', true],
  ['self.text + "!"', 'wörd!'],
  ['self.list + []', ['x']],
  ['"a" < "b" && "b" >= "a"', true],
  ['self.map.key == null', true],
  ['self.c || self.on', true],
  ['self.c && self.off', false],
])('evaluates %s', (source, value) => {
  expect(parseCel(source)?.evaluate({ self })).toEqual(value);
});

it.each([
  ['self.c', 'no such key: c'],
  ['self.c || self.off', 'no such key: c'],
  ['!self.a', 'no such overload'],
  ['self.a + self.text', 'no such overload'],
  ['self.a in self.text', 'no such overload'],
  ['self.a.size()', 'no such overload'],
])('throws an error when it evaluates %s', (source, message) => {
  const expression = parseCel(source);
  expect(() => expression?.evaluate({ self })).toThrow(new CelError(message));
});

it.each(['', 'self.', 'self.a ==', '(self.a', 'self.list.map(x, x)', 'other.a', 'has(1)', 'self.a # 1', '1 2', '[1'])(
  'returns undefined for %j, which is outside the subset',
  (source) => {
    expect(parseCel(source)).toBeUndefined();
  },
);

it.each([
  ['self == oldSelf', true],
  ["self.text == 'oldSelf'", false],
])('detects whether %s reads the old value', (source, usesOldSelf) => {
  expect(parseCel(source)?.usesOldSelf).toBe(usesOldSelf);
});
