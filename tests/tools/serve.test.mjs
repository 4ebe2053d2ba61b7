import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';

import { CONTENT_SECURITY_POLICY, demo } from '../../scripts/serve.mjs';

let server;

before(async () => {
  server = createServer(demo('/demo/')).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
after(() => server.close());

/** The path goes out as it is written; `fetch` would tidy it. */
async function ask(path, method = 'GET') {
  const { port } = server.address();
  const [response] = await once(request({ host: '127.0.0.1', port, path, method }).end(), 'response');
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text;
  return { status: response.statusCode, headers: response.headers, body };
}

test('serves the page and the package, each with its type and the policy', async () => {
  for (const [path, type] of [
    ['/demo/', 'text/html; charset=utf-8'],
    ['/demo/index.html?x=1', 'text/html; charset=utf-8'],
    ['/demo/rivulet/rivulet.min.js', 'text/javascript; charset=utf-8'],
    ['/demo/rivulet/rivulet.wasm', 'application/wasm'],
    ['/demo/vendor/markdown-it.js', 'text/javascript; charset=utf-8'],
    ['/demo/vendor/idb.js', 'text/javascript; charset=utf-8'],
  ]) {
    const { status, headers } = await ask(path, 'HEAD');
    assert.equal(status, 200, path);
    assert.equal(headers['content-type'], type);
    assert.equal(headers['content-security-policy'], CONTENT_SECURITY_POLICY);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('what the page has from npm is one module that imports nothing', async () => {
  const { body, headers } = await ask('/demo/vendor/markdown-it.js');
  assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
  const { default: MarkdownIt } = await import(`data:text/javascript,${encodeURIComponent(body)}`);
  assert.equal(new MarkdownIt().render('*a*'), '<p><em>a</em></p>\n');
  assert.doesNotMatch(body, /\beval\(|new Function/);
});

test('each module from npm says whose it is', async () => {
  for (const [name, words] of [['markdown-it', /^\/\*! markdown-it .*MIT.*\*\/\n/], ['idb', /^\/\*! idb; copyright 2016 Jake Archibald; ISC licensed.*\*\/\n/]]) {
    assert.match((await ask(`/demo/vendor/${name}.js`)).body, words);
  }
});

test('the policy allows neither inline code nor eval', () => {
  assert.doesNotMatch(CONTENT_SECURITY_POLICY, /unsafe-inline|'unsafe-eval'/);
});

test('nothing outside the two folders can be had', async () => {
  for (const path of [
    '/demo/../package.json', '/demo/%2e%2e/package.json', '/demo/..%2fpackage.json', '/demo/..\\package.json',
    '/demo/rivulet/../../package.json', '/demo/rivulet/..%2f..%2fpackage.json', '/demo/%00', '/demo/%ff', '/demo/.git',
    '/demo//etc/passwd', '/package.json', '/demo/rivulet', '/demo/rivulet/wasm', '/demo/vendor/', '/demo/vendor/constructor', 'http://[', '*',
  ]) {
    const { status, body } = await ask(path);
    assert.equal(status, 404, path);
    assert.equal(body, 'There is no such file.\n');
  }
});

test('only reads', async () => {
  const { status, headers } = await ask('/demo/', 'POST');
  assert.equal(status, 405);
  assert.equal(headers.allow, 'GET, HEAD');
});
