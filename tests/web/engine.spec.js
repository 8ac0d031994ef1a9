// Every run settles, even if the worker crashes, hangs or does not start.

import { expect, test } from '@playwright/test';
import { controls, generate, holdWeights, open, SHORT } from './page.js';

const GLUE = '**/pkg/liedwerk.js';

/**
 * Serves the module's glue code with a modified class Generator.
 *
 * @param {import('@playwright/test').Page} page
 * @param {string} next the body of `next(n)`
 */
async function replaceNext(page, next) {
  await page.route(GLUE, async (route) => {
    const response = await route.fetch();
    const body = `${await response.text()}\nGenerator.prototype.next = function (n) { ${next} };`;
    await route.fulfill({ response, body });
  });
}

test('a crash is said, and the next run gets a new worker', async ({ page }) => {
  await replaceNext(page, "throw new WebAssembly.RuntimeError('unreachable');");
  const { generate: button, alert, retry, status } = await open(page);
  await button.click();
  await expect(alert).toContainText('engine-crashed');
  await page.unroute(GLUE);
  await retry.click();
  await expect(status).toContainText('Finished');
  await expect(alert).toBeEmpty();
});

test('a worker that hangs is ended by Stop, and Generate works again', async ({ page }) => {
  await replaceNext(page, 'for (;;);');
  const { generate: button, stop, status } = await open(page);
  await button.click();
  await expect(status).toContainText('writing');
  await stop.click();
  await expect(status).toContainText('Stopped');
  await page.unroute(GLUE);
  await generate(page);
});

test('a run that waits behind a hanging one moves to a new worker', async ({ page }) => {
  await replaceNext(page, 'for (;;);');
  const { generate: button, status } = await open(page);
  await button.click();
  await expect(status).toContainText('writing');
  await page.unroute(GLUE);
  await generate(page);
});

test('a missing engine is said, and Try again mends it', async ({ page }) => {
  await page.route(GLUE, (route) => route.fulfill({ status: 404, body: '' }));
  const { alert, retry, status } = await open(page);
  await expect(alert).toContainText('engine-unavailable');
  await page.unroute(GLUE);
  await retry.click();
  await expect(status).toContainText('ready');
  await generate(page);
});

test('Stop during the download answers at once, and Generate uses the same download', async ({ page }) => {
  let downloads = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('.safetensors')) downloads += 1;
  });
  const release = await holdWeights(page);
  const { generate: button, stop, status } = await open(page, SHORT);
  await button.click();
  await stop.click();
  await expect(status).toContainText('Stopped', { timeout: 3_000 });
  await button.click();
  release();
  await expect(status).toContainText('Finished');
  await expect(controls(page).alert).toBeEmpty();
  expect(downloads).toBe(1);
});
