// The files of a message: how they come in, what becomes of them, and which are refused.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { visit } from './visit.mjs';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP8z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==';
const png = (name) => ({ name, mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') });
const textFile = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

/** A tray of its own above the dock of the page, as `window.tray`. */
async function mount(page) {
  await page.evaluate(async () => {
    const [{ fileTray, partView }, { el }] = await Promise.all(['./talk/files.js', './page/dom.js'].map((path) => import(new URL(path, document.baseURI))));
    const places = { field: el('textarea', { id: 'try-field', ariaLabel: 'Try' }), list: el('div', { id: 'try-list' }), button: el('button', { type: 'button', id: 'try-button' }, 'Add files') };
    document.querySelector('#dock').append(places.list, places.field, places.button);
    window.changes = 0;
    window.tray = fileTray({ ...places, dropZone: document.body, onChange: () => { window.changes += 1; } });
    window.partView = partView;
    /** The files of a drag or a paste, which a test cannot take from the system. */
    window.transfer = (files, texts = {}) => {
      const data = new DataTransfer();
      for (const [name, bytes, type] of files) data.items.add(new File([bytes], name, { type }));
      for (const [type, text] of Object.entries(texts)) data.setData(type, text);
      return data;
    };
  });
}

const choose = async (page, files) => {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#try-button')]);
  await chooser.setFiles(files);
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await page.evaluate(() => window.tray.ready());
};
const parts = (page) => page.evaluate(() => window.tray.parts());
const refusals = (page) => page.locator('#try-list .file-refused').textContent();
const names = (page) => page.locator('#try-list .file-name').allTextContents();

visit('files become parts in OpenAI\'s shape, by what is in them and not by their names', {}, async (page) => {
  await mount(page);
  const wav = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt '), Buffer.alloc(20)]);
  await choose(page, [
    { ...png('photo.txt'), mimeType: 'text/plain' },
    { name: 'paper.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 ...') },
    { name: 'sound', mimeType: '', buffer: wav },
    { name: 'song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from([0xff, 0xfb, 0x90, 0x00]) },
    textFile('notes "a".md', 'Grüße\n</file>\n'),
    { name: 'windows.txt', mimeType: 'text/plain', buffer: Buffer.from('\ufeffзапись', 'utf16le') },
  ]);
  assert.equal(await refusals(page), '');
  assert.deepEqual(await parts(page), [
    { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
    { type: 'file', file: { filename: 'paper.pdf', file_data: `data:application/pdf;base64,${Buffer.from('%PDF-1.7 ...').toString('base64')}` } },
    { type: 'input_audio', input_audio: { data: wav.toString('base64'), format: 'wav' } },
    { type: 'input_audio', input_audio: { data: '//uQAA==', format: 'mp3' } },
    { type: 'text', text: '<file name="notes \'a\'.md">\nGrüße\n</file>\n\n</file>\n\n' },
    { type: 'text', text: '<file name="windows.txt">\nзапись\n</file>\n\n' },
  ]);
  const chips = await page.locator('#try-list .file-chip').allInnerTexts();
  assert.match(chips[1], /PDF\s+paper\.pdf\s+12 bytes/);
  assert.ok(await page.locator('#try-list .file-chip img').first().evaluate((image) => image.decode().then(() => image.naturalWidth === 2)), 'the image is shown');
  assert.match(await page.locator('#try-list [role=status].sr-only').textContent(), /windows\.txt added\. 6 files\./);
});

visit('what is refused is named with the reason, and the others are kept', {}, async (page) => {
  await mount(page);
  await page.evaluate(async () => {
    const zeros = (size) => new Uint8Array(size);
    const unreadable = new File(['x'], 'gone.txt');
    unreadable.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
    await window.tray.add([new File([], 'empty.txt'), new File([zeros(20e6 + 1)], 'huge.png'), unreadable, new File([zeros(9)], 'archive.zip'), new File(['hello'], 'good.txt')]);
  });
  const words = await refusals(page);
  for (const pattern of [/“empty\.txt” is empty/, /“huge\.png” has 20\.0 MB/, /“gone\.txt” could not be read/, /“archive\.zip” is of a kind that no service takes/]) assert.match(words, pattern);
  assert.deepEqual(await names(page), ['good.txt']);
  assert.equal((await parts(page)).length, 1);
});

visit('a message has no more than 20 files and 50 MB', {}, async (page) => {
  await mount(page);
  await page.evaluate(() => window.tray.add(Array.from({ length: 21 }, (_, index) => new File(['x'], `${index}.txt`))));
  assert.match(await refusals(page), /^“20\.txt” is one too many/);
  assert.equal((await parts(page)).length, 20);
  await page.evaluate(() => {
    window.tray.clear();
    const large = 'x'.repeat(18e6);
    return window.tray.add(['a', 'b', 'c'].map((name) => new File([large], name)));
  });
  assert.match(await refusals(page), /^“c” does not fit: all files together may have 50\.0 MB/);
  assert.deepEqual(await names(page), ['a', 'b']);
});

visit('an image is pasted as a file, text as text', {}, async (page) => {
  await mount(page);
  const paste = (files, texts) => page.evaluate(async ([given, words]) => {
    const clipboardData = window.transfer(given.map(([name, base64, type]) => [name, Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0)), type]), words);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.querySelector('#try-field').dispatchEvent(event);
    await window.tray.ready();
    return event.defaultPrevented;
  }, [files, texts]);
  assert.equal(await paste([['image.png', PNG, 'image/png']], {}), true);
  assert.equal(await paste([], { 'text/plain': 'words' }), false, 'text is left to the field');
  assert.equal(await paste([['image.png', PNG, 'image/png']], { 'text/plain': 'a cell', 'text/html': '<b>a cell</b>' }), false, 'an office program puts an image beside its text');
  assert.equal(await paste([['report.png', PNG, 'image/png']], { 'text/plain': 'report.png' }), true, 'a file manager puts the name beside the file');
  assert.deepEqual(await names(page), ['image.png', 'report.png']);
});

visit('a drop on the page adds its files, and a drop beside it does not leave the page', {}, async (page) => {
  await mount(page);
  const drag = (type, selector) => page.evaluate(([kind, where]) => {
    const event = new DragEvent(kind, { dataTransfer: window.transfer([['note.txt', 'hi', 'text/plain']]), bubbles: true, cancelable: true });
    document.querySelector(where).dispatchEvent(event);
    return event.defaultPrevented;
  }, [type, selector]);
  const hint = page.locator('.drop-hint').last();
  assert.equal(await hint.isVisible(), false);
  assert.equal(await drag('dragover', 'h1'), true);
  assert.equal(await hint.isVisible(), true);
  await drag('dragleave', 'body');
  assert.equal(await hint.isVisible(), false);
  await drag('dragover', 'h1');
  assert.equal(await drag('drop', 'h1'), true);
  assert.equal(await hint.isVisible(), false);
  await page.evaluate(() => window.tray.ready());
  assert.deepEqual(await names(page), ['note.txt']);
  assert.equal(await drag('drop', 'html'), true, 'outside it is refused, and not opened');
  assert.deepEqual(await names(page), ['note.txt']);
  const isText = await page.evaluate(() => {
    const event = new DragEvent('drop', { dataTransfer: window.transfer([], { 'text/plain': 'words' }), bubbles: true, cancelable: true });
    document.querySelector('#try-field').dispatchEvent(event);
    return event.defaultPrevented;
  });
  assert.equal(isText, false, 'text that is dragged is left to the field');
});

visit('a file that is really dragged here is taken, and the page stays', {}, async (page) => {
  await mount(page);
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-drop-'));
  const path = join(folder, 'dragged.txt');
  await writeFile(path, 'hello');
  const session = await page.context().newCDPSession(page);
  const drag = (type) => session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data: { items: [], files: [path], dragOperationsMask: 1 } });
  await drag('dragEnter');
  await drag('dragOver');
  await page.locator('.drop-hint').last().waitFor();
  await drag('drop');
  await page.waitForFunction(() => !window.tray.isEmpty() && !window.tray.isReading());
  assert.deepEqual(await names(page), ['dragged.txt']);
  assert.deepEqual((await parts(page)).map(({ text }) => text), ['<file name="dragged.txt">\nhello\n</file>\n\n']);
  await rm(folder, { recursive: true });
});

visit('an image in the clipboard is pasted by the keys, and so is text', { context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async (page) => {
  await mount(page);
  await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d').fillRect(0, 0, 9, 9);
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': await new Promise((done) => { canvas.toBlob(done); }) })]);
  });
  await page.focus('#try-field');
  await page.keyboard.press('Control+v');
  await page.waitForFunction(() => !window.tray.isEmpty() && !window.tray.isReading());
  assert.match((await parts(page))[0].image_url.url, /^data:image\/png;base64,/);
  await page.evaluate(() => navigator.clipboard.writeText('some words'));
  await page.keyboard.press('Control+v');
  assert.equal(await page.inputValue('#try-field'), 'some words');
  assert.equal((await parts(page)).length, 1);
});

visit('removing by keyboard leaves the focus on the next file, then on the one before, then on the message', {}, async (page) => {
  await mount(page);
  await choose(page, ['a.txt', 'b.txt', 'c.txt'].map((name) => textFile(name, name)));
  const focused = () => page.evaluate(() => document.activeElement.ariaLabel);
  await page.getByRole('button', { name: 'Remove b.txt' }).focus();
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'Remove c.txt');
  await page.keyboard.press('Space');
  assert.equal(await focused(), 'Remove a.txt');
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'Try');
  assert.match(await page.locator('#try-list [role=status].sr-only').textContent(), /a\.txt removed\. No files\./);
  assert.equal(await page.evaluate(() => window.tray.isEmpty()), true);
});

visit('the parts of an earlier question come back as its files', {}, async (page) => {
  await mount(page);
  await choose(page, [png('photo.png'), textFile('a.txt', 'A')]);
  const before = await parts(page);
  await page.evaluate((given) => {
    window.tray.clear();
    window.tray.restore([...given, { type: 'text', text: 'The question itself' }]);
  }, before);
  assert.deepEqual(await parts(page), before);
  assert.deepEqual(await names(page), ['Image (PNG)', 'a.txt'], 'the shape has no place for the name of an image');
});

visit('files that are sent are shown, and an image elsewhere is named and not loaded', {}, async (page) => {
  await mount(page);
  const views = await page.evaluate((image) => [
    { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
    { type: 'image_url', image_url: { url: 'https://elsewhere.example/a.png' } },
    { type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,AAAA' } },
    { type: 'file', file: { filename: '<img src=x>.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
    { type: 'text', text: '<file name="a.md">\n# <b>A</b>\n</file>\n\n' },
    { type: 'text', text: 'Only words' },
    { type: 'new_kind' },
    null,
  ].map((part) => {
    const node = window.partView(part);
    document.querySelector('#log').append(node);
    return [node.querySelectorAll('img').length, node.querySelectorAll('b').length, node.innerText.replace(/\s+/g, ' ').trim()];
  }), PNG);
  assert.deepEqual(views, [
    [1, 0, 'Image (PNG) 73 bytes'],
    [0, 0, 'Image Image at https://elsewhere.example/a.png'],
    [0, 0, 'Image Image (SVG+XML) 3 bytes'],
    [0, 0, 'PDF <img src=x>.pdf 3 bytes'],
    [0, 0, 'Text a.md 10 bytes'],
    [0, 0, 'Only words'],
    [0, 0, 'File A part of type new_kind'],
    [0, 0, 'File A part of type undefined'],
  ]);
});
