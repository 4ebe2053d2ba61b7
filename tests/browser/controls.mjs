// The controls of the demo as tests use them, and a watch on what its services are asked.

import { openSettings } from './browser.mjs';

/** Chooses a service whose stand-in `npm start` serves, in the lane with this number. */
export async function standIn(page, provider, lane = 0) {
  await openSettings(page);
  const fields = page.locator('.lane').nth(lane);
  await fields.locator('select[name=provider]').selectOption(provider);
  await fields.locator('.stand-in').click();
}

export async function set(page, values) {
  await openSettings(page);
  const call = page.locator('#call');
  if (!(await call.evaluate((node) => node.open))) await call.locator('summary').click();
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`#call [name=${name}]`);
    if (typeof value === 'boolean') await field.setChecked(value);
    else if (await field.evaluate((node) => node.tagName === 'SELECT')) await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Presses a button of the page and waits until no reply is under way. */
export async function press(page, button) {
  await button.click();
  await page.waitForFunction(() => document.querySelectorAll('.reply.waiting').length === 0 && document.querySelector('#stop').hidden);
}

/** The bodies of what the local site's services were asked, in their order. */
export function watch(page) {
  const bodies = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().includes('/services/')) bodies.push(JSON.parse(request.postData()));
  });
  return bodies;
}
