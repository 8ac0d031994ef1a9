// Downloads of model files: damage, errors and caching.

import { expect, test } from '@playwright/test';
import { controls, generate, open, WEIGHTS } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @param {(body: Buffer) => Buffer} damage
 */
async function damageWeights(page, damage) {
  await page.route(WEIGHTS, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ status: 200, body: damage(await response.body()) });
  });
}

/**
 * @param {Page} page
 * @param {string} code
 */
async function failsAndRecovers(page, code) {
  const { alert, retry } = controls(page);
  await expect(alert).toContainText(code);
  await page.unroute(WEIGHTS);
  await retry.click();
  await expect(controls(page).status).toContainText('ready');
  await expect(alert).toBeEmpty();
  await generate(page);
}

test('weights that were cut short are refused, and Try again mends it', async ({ page }) => {
  await damageWeights(page, (body) => body.subarray(0, body.length - 100));
  await open(page);
  await failsAndRecovers(page, 'hash-mismatch');
});

test('weights with one wrong bit are refused, and Try again mends it', async ({ page }) => {
  await damageWeights(page, (body) => {
    body[body.length >> 1] ^= 1;
    return body;
  });
  await open(page);
  await failsAndRecovers(page, 'hash-mismatch');
});

test('weights that are too long are refused, and Try again mends it', async ({ page }) => {
  await damageWeights(page, (body) => Buffer.concat([body, body]));
  await open(page);
  await failsAndRecovers(page, 'hash-mismatch');
});

test('damaged weights are not kept', async ({ page }) => {
  await damageWeights(page, (body) => body.subarray(1));
  const { alert } = await open(page);
  await expect(alert).toContainText('hash-mismatch');
  expect(await keptWeights(page)).toEqual([]);
});

test('missing weights are said, and Try again mends it', async ({ page }) => {
  await page.route(WEIGHTS, (route) => route.fulfill({ status: 404, body: 'no' }));
  await open(page);
  await failsAndRecovers(page, 'download-failed');
});

test('a lost connection is said when Generate is pressed, and Try again writes', async ({ page }) => {
  await page.route(WEIGHTS, (route) => route.abort());
  const { alert, retry, generate: button, status } = await open(page);
  await expect(alert).toContainText('download-failed');
  await button.click();
  await expect(alert).toContainText('download-failed');
  await page.unroute(WEIGHTS);
  await retry.click();
  await expect(status).toContainText('Finished');
});

test('a damaged copy in the cache is dropped and fetched anew', async ({ page }) => {
  const { status } = await open(page);
  await expect(status).toContainText('ready');
  await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const key of await cache.keys()) await cache.put(key, new Response('damaged'));
    }
  });
  const asked = page.waitForRequest(WEIGHTS);
  await page.reload();
  await asked;
  await expect(status).toContainText('ready');
  await generate(page);
});

for (const [what, answer] of /** @type {const} */ ([
  ['missing', { status: 404, body: 'no' }],
  ['not JSON', { status: 200, body: '<!doctype html>' }],
  ['empty', { status: 200, body: '{"version":1,"models":[]}' }],
  ['without files', { status: 200, body: '{"version":1,"models":[{"id":"x"}]}' }],
])) {
  test(`a list of models that is ${what} is said, and Try again mends it`, async ({ page }) => {
    await page.route('**/models/index.json', (route) => route.fulfill(answer));
    const { alert, retry, status } = await open(page);
    await expect(alert).toContainText('bad-manifest');
    await page.unroute('**/models/index.json');
    await retry.click();
    await expect(status).toContainText('ready');
    await generate(page);
  });
}

test('a second visit fetches no weights', async ({ page }) => {
  const { status } = await open(page);
  await expect(status).toContainText('ready');
  expect(await keptWeights(page)).toHaveLength(1);
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.reload();
  await generate(page);
  expect(asked.filter((url) => url.includes('.safetensors'))).toEqual([]);
});

test('without storage the page goes on and says so', async ({ page }) => {
  await open(page);
  await expect(controls(page).status).toContainText('ready');
  await page.evaluate(async () => {
    for (const name of await caches.keys()) await caches.delete(name);
  });
  const devtools = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
  await page.reload();
  await expect(controls(page).notes).toContainText('stores nothing');
  await generate(page);
});

test('no request leaves the origin', async ({ page }) => {
  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await open(page);
  await generate(page);
  const { origin } = new URL(page.url());
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.some((url) => url.includes('.safetensors'))).toBe(true);
  expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
});

/** @param {Page} page */
function keptWeights(page) {
  return page.evaluate(async () => {
    const cache = await caches.open('liedwerk-weights');
    return (await cache.keys()).map(({ url }) => url);
  });
}
