// A test is a visit: a site of its own, the demo open in a new page, and nothing that should not happen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openDemo, startDemo } from './browser.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** At the end nothing may have been complained about but what is `allowed`, and nobody asked but the site and the `others`. */
export function visit(name, options, work) {
  test(name, async () => {
    const { context, allowed = () => false, others: open = () => [], ...site } = options;
    const local = await startDemo(site);
    const others = await open();
    try {
      const opened = await openDemo(browser, local, { ...context, others });
      await work(opened.page, local, ...others);
      assert.deepEqual(opened.complaints.filter((complaint) => !allowed(complaint)), []);
      assert.deepEqual(opened.strangers, []);
      await opened.page.close();
    } finally {
      for (const each of [local, ...others]) await each.close();
    }
  });
}

/** What `Привет! Как дела?` is answered with. */
export const GREETING = 'Привет! У меня всё хорошо, спасибо. Чем могу помочь? Вы написали: «Привет! Как дела?».';
