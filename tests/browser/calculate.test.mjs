// The calculator of the demo page: sums that a model wrote, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { calculate } from '../../www/talk/calculate.js';

test('a sum is worked out as mathematics has it', () => {
  const sums = {
    '17*23': 391, '(17 + 4) * 2.5': 52.5, '2^3^2': 512, '2**3': 8, '-2^2': -4, '2^-2': 0.25, '10 % 4 - -3': 5, '1/4': 0.25, '.5e1': 5, '0.1 + 0.2': 0.3,
    'sqrt(16) + max(1, 2, 3)': 7, 'round(pi * 100)': 314, '6 × 7 − 2 ÷ 2': 41, 'ABS(-3)': 3,
  };
  for (const [sum, value] of Object.entries(sums)) assert.equal(calculate(sum), value, sum);
});

test('whatever else is refused in words', () => {
  const wrong = {
    '': /no sum/, '   ': /no sum/, '2+': /ends too early/, '(1': /\) is missing/, '1)': /where the sum should end/, '3 4': /where the sum should end/,
    '1/0': /no number/, 'constructor': /cannot be worked out/, 'process.exit()': /cannot be worked out/, 'alert(1)': /cannot be worked out/,
    'sqrt': /\( is missing/, '"a"': /cannot be worked out/, '1;2': /cannot be worked out/, ['1+'.repeat(600)]: /longer than 1000/,
  };
  for (const [sum, words] of Object.entries(wrong)) assert.throws(() => calculate(sum), words, sum);
  for (const other of [undefined, null, 5, {}, ['1+1']]) assert.throws(() => calculate(/** @type {any} */ (other)), /no sum/);
});

test('brackets and signs nest as deep as a sum may be long', () => {
  assert.equal(calculate(`${'('.repeat(499)}1${')'.repeat(499)}`), 1);
  assert.equal(calculate(`${'-'.repeat(998)}1`), 1);
});
