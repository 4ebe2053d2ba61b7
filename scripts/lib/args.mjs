// Command lines: every command has `--help`, and reports a wrong argument in one line.

import { parseArgs } from 'node:util';

/**
 * The options that were given. Does not return for `--help` (status 0) and for what is not understood (status 2).
 *
 * @param {string} help
 * @param {import('node:util').ParseArgsConfig['options']} [known]
 * @param {{ allowPositionals?: boolean }} [more] with `allowPositionals` the other words are in `positionals`
 * @returns {Record<string, any>}
 */
export function options(help, known = {}, { allowPositionals = false } = {}) {
  try {
    const { values, positionals } = parseArgs({ options: { ...known, help: { type: 'boolean', short: 'h' } }, allowPositionals });
    if (!values.help) return allowPositionals ? { ...values, positionals } : values;
    console.log(help);
    process.exit(0);
  } catch (error) {
    refuse(/** @type {Error} */ (error).message, help);
  }
}

/** @returns {never} */
export function refuse(message, help) {
  console.error(`error: ${message}\n\n${help}`);
  process.exit(2);
}
