// Browsers beside Chromium for tests: Firefox and WebKit of the system's package manager, and two old Chromiums of a package of
// npm. Each is started with the address of a page and told nothing more, so no driver is needed.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

import { aptInstall } from './apt.mjs';
import { cached } from './cached.mjs';
import { ensureChromium } from './chromium.mjs';
import { Failure } from './run.mjs';

/** Chromium for Linux on x64, in the package for Amazon's functions: the oldest of it that is new enough, and one that is too old. */
const OLD_CHROMIUM = '103.0.0';
const TOO_OLD_CHROMIUM = '92.0.0';

/**
 * @typedef {object} Started
 * @property {() => string} output what the browser printed
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Browser
 * @property {string} title
 * @property {() => Promise<string | undefined>} find why it cannot be had; nothing where it can. Installs it if need be.
 * @property {(url: string) => Promise<Started>} open
 */

const onPath = (names) => names.flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))).find((path) => existsSync(path));

/** Tried once in a process. */
const tried = new Map();
async function fromApt(packages, isThere) {
  if (await isThere()) return undefined;
  if (process.platform !== 'linux' || !onPath(['apt-get'])) return `${packages[0]} is not here, and there is no apt-get`;
  if (process.getuid?.() !== 0) return `${packages[0]} is not here: run \`sudo apt-get install ${packages.join(' ')}\``;
  const key = packages.join(' ');
  if (!tried.has(key)) {
    console.log(`  installing ${key}, by apt-get`);
    tried.set(key, aptInstall(packages).then(() => undefined, (error) => error.message));
  }
  const failed = await tried.get(key);
  if (failed) return failed;
  return await isThere() ? undefined : `apt-get installed ${key}, but the command is not there`;
}

/** Starts a command with a folder of its own for what it keeps. */
async function start(command, argsFor, { env = {}, fill = async (_) => {}, before = async () => ({}) } = {}) {
  const profile = await mkdtemp(join(tmpdir(), 'rivulet-browser-'));
  await fill(profile);
  const more = await before();
  const children = [];
  let text = '';
  const run = (path, args, extra = {}) => {
    const child = spawn(path, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: profile, ...env, ...extra } });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => { text = (text + part).slice(-100_000); });
    child.once('error', (error) => { text += error.message; });
    children.push(child);
    return child;
  };
  run(command, argsFor(profile), more.env);
  const kill = () => {
    for (const { pid } of children) {
      try {
        if (pid) process.kill(-pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
    more.stop?.();
  };
  process.once('exit', kill);
  return {
    output: () => text,
    close: async () => {
      kill();
      process.removeListener('exit', kill);
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A screen that nobody sees. @returns {Promise<{ env: Record<string, string>, stop: () => void }>} */
async function screen() {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const stop = () => void child.kill('SIGKILL');
  const display = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => fail(new Failure(`Xvfb ended with ${code}`)));
    /** @type {any} */ (child.stdio[3]).setEncoding('utf8').once('data', (text) => done(text.trim()));
  });
  return { env: { DISPLAY: `:${display}` }, stop };
}

const FIREFOX = ['firefox-esr', 'firefox'];
/** It asks nobody but the page, and shows nothing but the page. */
const FIREFOX_PREFERENCES = {
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:1',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** The page that Debian's packages of WebKitGTK bring to look at pages with. */
async function miniBrowser() {
  for (const folder of ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']) {
    const names = existsSync(folder) ? (await readdir(folder)).filter((name) => /^webkit2?gtk-/.test(name)) : [];
    const found = names.map((name) => join(folder, name, 'MiniBrowser')).find((path) => existsSync(path));
    if (found) return found;
  }
  return undefined;
}

/** @returns {Promise<string>} path of the command */
async function chromiumOf(version) {
  const folder = await cached('old-chromium', { '@sparticuz/chromium': version });
  const path = join(folder, 'chromium');
  if (!existsSync(path)) {
    const packed = await readFile(join(folder, '@sparticuz', 'chromium', 'bin', 'chromium.br'));
    await writeFile(`${path}.part`, await promisify(brotliDecompress)(packed));
    await chmod(`${path}.part`, 0o755);
    await rename(`${path}.part`, path);
  }
  return path;
}

const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** @returns {Browser} */
const older = (title, version) => ({
  title,
  find: async () => (process.platform === 'linux' && process.arch === 'x64' ? undefined : 'the package has it for Linux on x64 only'),
  // With several processes it asks for a sandbox all the same.
  open: async (url) => start(await chromiumOf(version), (profile) => ['--headless', ...CHROMIUM_FLAGS, '--single-process', '--no-zygote', '--use-gl=disabled', '--disable-software-rasterizer', '--remote-debugging-port=0', `--user-data-dir=${profile}`, url]),
});

/** @type {Record<'chromium' | 'firefox' | 'webkit' | 'old-chromium' | 'too-old-chromium', Browser>} */
export const BROWSERS = {
  chromium: {
    title: 'Chromium',
    find: async () => void await ensureChromium(),
    open: async (url) => start((await ensureChromium()).CHROME, (profile) => ['--headless=new', ...CHROMIUM_FLAGS, `--user-data-dir=${profile}`, url]),
  },
  firefox: {
    title: 'Firefox',
    find: () => fromApt(['firefox-esr'], () => onPath(FIREFOX)),
    open: (url) => start(/** @type {string} */ (onPath(FIREFOX)), (profile) => ['--headless', '--no-remote', '--profile', profile, url], {
      fill: (profile) => writeFile(
        join(profile, 'user.js'),
        Object.entries(FIREFOX_PREFERENCES).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(''),
      ),
    }),
  },
  webkit: {
    title: 'WebKitGTK',
    find: () => fromApt(['webkit2gtk-driver', 'xvfb'], async () => Boolean(await miniBrowser() && onPath(['Xvfb']))),
    open: async (url) => start(/** @type {string} */ (await miniBrowser()), () => ['--private', url], {
      env: { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1', NO_AT_BRIDGE: '1' },
      before: screen,
    }),
  },
  'old-chromium': older('Chromium 103, the oldest', OLD_CHROMIUM),
  'too-old-chromium': older('Chromium 92, too old', TOO_OLD_CHROMIUM),
};
