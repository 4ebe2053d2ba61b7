// Where things lie. Everything that is made goes to `target/`, `dist/`, `demo/` or the cache; nothing else is written.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const DIST = join(ROOT, 'dist');
/** The demo page as files, where it is asked for. */
export const DEMO = join(ROOT, 'demo');
/** The fuzz targets, a workspace of their own. */
export const FUZZ = join(ROOT, 'fuzz');
export const SOURCES = join(ROOT, 'src', 'js');
/** Where wasm-bindgen's JavaScript and the module lie, by the kind of build. */
export const GLUE = { release: join(ROOT, 'target', 'glue'), dev: join(ROOT, 'target', 'glue-dev') };
export const CARGO_TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

/** Tools that cargo builds are kept outside the clone, so that a clean clone does not build them again. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rivulet');

export const WASM_TARGET = 'wasm32-unknown-unknown';

/** @param {string} name of a command of a development dependency */
export const nodeBin = (name) => join(ROOT, 'node_modules', '.bin', name);
