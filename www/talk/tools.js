// The two tools that the page has: a clock and a calculator. `runTools` of `rivulet/tools` runs them when the model calls them.

import { calculate } from './calculate.js';

const text = { type: 'string' };

/** Models often name a city alone. */
const named = (timeZone) => Intl.supportedValuesOf?.('timeZone')
  .find((zone) => zone.toLowerCase().endsWith(`/${timeZone.trim().replaceAll(' ', '_').toLowerCase()}`)) ?? timeZone;

export const clock = {
  name: 'current_time',
  description: 'The date and the time of day now, for a time zone.',
  parameters: {
    type: 'object',
    properties: { timeZone: { ...text, description: 'A name of the IANA time zone database, such as Europe/Oslo. Left out: that of the visitor.' } },
  },
  run({ timeZone }) {
    const now = new Date();
    const zone = timeZone ? named(timeZone) : Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      return { timeZone: zone, local: now.toLocaleString('en-GB', { timeZone: zone, dateStyle: 'full', timeStyle: 'long' }), utc: now.toISOString() };
    } catch {
      // The model reads this, and can call again.
      throw new Error(`There is no time zone ${JSON.stringify(timeZone)}. Give a name like Europe/Oslo, or none.`);
    }
  },
};

export const calculator = {
  name: 'calculate',
  description: 'Works out a sum: numbers with + - * / % ^, brackets, and the functions sqrt, abs, round, floor, ceil, sin, cos, tan, log, exp, min, max.',
  parameters: {
    type: 'object',
    properties: { expression: { ...text, description: 'The sum, such as (17 + 4) * 2.' } },
    required: ['expression'],
  },
  run: ({ expression }) => String(calculate(expression)),
};

export const TOOLS = [clock, calculator];
