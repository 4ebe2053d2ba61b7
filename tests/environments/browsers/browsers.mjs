// A page, its workers and the demo in every browser that can be had.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { BROWSERS } from '../../../scripts/lib/browsers.mjs';
import { Failure } from '../../../scripts/lib/run.mjs';
import { writeDemo } from '../../../scripts/lib/static-demo.mjs';
import { CONTENT_SECURITY_POLICY, demo } from '../../../scripts/serve.mjs';
import { hostOf } from '../../browser/static-host.mjs';
import { GREETING } from '../../browser/visit.mjs';
import { serviceListener } from '../../clients/services.mjs';
import { startSite } from '../../site/server.mjs';

const FIXTURES = fileURLToPath(new URL('./fixtures/', import.meta.url));

/** Name and version in a user agent's name. */
const versionOf = (agent) => /(HeadlessChrome|Chrome|Firefox)\/(\d+[\d.]*)/.exec(agent)?.slice(1).join(' ') ?? /Version\/([\d.]+) Safari/.exec(agent)?.[0] ?? agent;

async function bodyOf(incoming) {
  let body = '';
  for await (const part of incoming.setEncoding('utf8')) body += part;
  return JSON.parse(body);
}

/** A promise for what a page posts to `/told`, and the listener that takes it. */
function ear() {
  let hear;
  const heard = new Promise((done) => { hear = done; });
  return {
    heard,
    listen: async (incoming, outgoing) => {
      const told = await bodyOf(incoming);
      outgoing.writeHead(204).end();
      hear(told);
    },
  };
}

async function hear(at, browser, url, heard) {
  const started = await browser.open(url);
  at.closers.push(() => started.close());
  const told = await Promise.race([heard, sleep(Math.max(1, at.left() - 1000), undefined, { ref: false })]);
  at.log(started.output());
  at.log(JSON.stringify(told));
  if (!told) throw new Failure(`the page told nothing within ${Math.round((at.left() + 1000) / 1000)} s of the end`);
  if (told.error) throw new Failure([told.error, ...told.complaints ?? []].join('; '));
  return told;
}

const page = (name, browser, tooOld = name === 'too-old-chromium') => ({
  name: `${name}-page`,
  title: `${browser.title}: page, ${tooOld ? 'which is told so' : 'worker, shared worker'}`,
  fixture: 'browsers/fixtures',
  skip: browser.find,
  timeout: 45,
  async run(at) {
    const { heard, listen } = ear();
    const server = createServer(async (incoming, outgoing) => {
      if (incoming.method === 'POST') return listen(incoming, outgoing);
      const path = new URL(/** @type {string} */ (incoming.url), 'http://page.invalid').pathname;
      try {
        const bytes = await readFile(join(at.folder, path));
        outgoing.writeHead(200, { 'Content-Type': extname(path) === '.js' ? 'text/javascript' : 'text/html' }).end(bytes);
      } catch {
        outgoing.writeHead(404).end();
      }
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', () => done(undefined)); });
    at.closers.push(() => { server.closeAllConnections(); server.close(); });
    const told = await hear(at, browser, `http://127.0.0.1:${/** @type {any} */ (server.address()).port}/page.html?base=${at.base}`, heard);
    if (tooOld) {
      // A person who reads it knows what to do.
      const { code, error } = told.page;
      if (code !== 'wasm_blocked' || !/too old/.test(error)) throw new Failure(`${code}: ${error ?? 'it read a reply'}`);
      return `${versionOf(told.agent)}: wasm_blocked, and the message says that it is too old`;
    }
    for (const where of ['page', 'worker', 'shared']) {
      if (told[where]?.error) throw new Failure(`${where}: ${told[where].error}`);
      at.streamed(told[where], where);
    }
    return versionOf(told.agent);
  },
});

/** What the page has to show a visitor who talks with it, each with how one sees it in what `driver.js` told. @type {Record<string, (told: any) => boolean>} */
const SHOWN = {
  'the text of the first reply': ({ first }) => first.text === GREETING && !first.failure,
  'a long reply piece by piece': ({ markdown }) => markdown.lengths >= 5,
  'a second message that goes on': ({ second }) => /message 2 of our talk/.test(second.text) && !second.failure,
  'a table of Markdown': ({ markdown }) => markdown.cells.join() === 'quicksort,n log n,n^2,mergesort,n log n,n log n',
  'a block of code': ({ markdown }) => /^def quicksort\(xs\): *\n {4}"""Sort a list/.test(markdown.code),
  'a button that stops a reply': ({ stopped }) => stopped.wasShown && stopped.text !== '' && /You stopped/.test(stopped.words) && !stopped.failure,
  'the button for sending after that': ({ stopped }) => stopped.canSend,
  'an error in words': ({ refused }) => /Too many messages[\s\S]*rate_limited/.test(refused.failure),
  'the text so far of a reply that breaks off': ({ broken }) => broken.text !== '' && /truncated/.test(broken.failure),
  'a reply after the errors': ({ after }) => /^Hello from the stub model/.test(after.text) && !after.failure,
  'a reply that is asked for again, beside the one before': ({ again }) => /^Hello from the stub model/.test(again.text) && again.number === '2 of 2',
  'two providers side by side, one of them with a tool': ({ both }) => both.length === 2 && /The tool says: 52\.5/.test(both[1]),
  'the talk in the list of those that are kept': ({ talks }) => talks.join() === 'Привет! Как дела?',
  'a console without errors': ({ complaints }) => complaints.length === 0,
};

/** Where the demo comes from: its server, beside the site, or a folder of files, which has the policy in its page and knows no site. */
const HOSTS = {
  demo: {
    title: 'a talk in the demo, with Markdown, a stop and errors',
    open: async () => ({
      path: '/demo/', pages: demo('/demo/'), index: new URL('../../../www/index.html', import.meta.url), headers: { 'Content-Security-Policy': CONTENT_SECURITY_POLICY },
    }),
  },
  files: {
    title: 'the same in the demo as files',
    open: async (folder) => {
      await writeDemo(folder);
      return { path: '/any/folder/', pages: hostOf(folder, '/any/folder/'), index: join(folder, 'index.html'), headers: {} };
    },
  },
};

const ofDemo = (name, browser, host) => ({
  name: `${name}-${host}`,
  title: `${browser.title}: ${HOSTS[host].title}`,
  skip: browser.find,
  timeout: 90,
  async run(at) {
    const { heard, listen } = ear();
    const { listener: services } = serviceListener({ talks: true, prefix: '/services' });
    const { path, pages, index, headers } = await HOSTS[host].open(join(at.folder, 'demo'));
    const scripts = await Promise.all(['watch.js', 'driver.js'].map((file) => readFile(join(FIXTURES, file)).then((text) => [path + file, text])));
    const driven = async (incoming, outgoing) => {
      const script = new Map(scripts).get(incoming.url);
      if (script) return void outgoing.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
      if (incoming.url.split('?')[0] !== path) return pages(incoming, outgoing);
      // The page as it is served, with its policy, and a script before and one after its own.
      const html = await readFile(index, 'utf8');
      outgoing.writeHead(200, { ...headers, 'Content-Type': 'text/html; charset=utf-8' });
      outgoing.end(html.replace('<head>', '<head><script src="watch.js"></script>')
        .replace('</head>', '<script type="module" src="driver.js"></script></head>'));
    };
    const site = await startSite({ delay: 20, mount: { [path]: driven, '/told': listen, '/services/': services } });
    at.closers.push(() => site.close());
    const told = await hear(at, browser, `${site.url}${path}?url=${site.url}`, heard);
    const missing = Object.entries(SHOWN).filter(([, isShown]) => !isShown(told)).map(([what]) => what);
    if (missing.length > 0) throw new Failure([`the page does not show: ${missing.join(', ')}`, ...told.complaints].join('; '));
    return versionOf(told.agent);
  },
});

const demos = Object.entries(BROWSERS).filter(([name]) => !name.endsWith('old-chromium'));

export default [
  ...Object.entries(BROWSERS).map(([name, browser]) => page(name, browser)),
  ...demos.flatMap(([name, browser]) => Object.keys(HOSTS).map((host) => ofDemo(name, browser, host))),
];
