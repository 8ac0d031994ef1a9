import { expect, test } from '@playwright/test';
import { finished, open, source } from './page.js';

// The example song claims to be written by the model, so check that the model reproduces it.
test('the example on the empty sheet is what the model writes', async ({ page }) => {
  await open(page, 'seed=1');
  const [text, link] = await page.evaluate(async (address) => {
    const { EXAMPLE, EXAMPLE_LINK } = await import(address);
    return /** @type {const} */ ([String(EXAMPLE.text), String(EXAMPLE_LINK)]);
  }, source('examples.js'));
  await page.goto('about:blank');
  const { generate, song } = await open(page, `${link}&length=100`);
  await expect(song).toContainText(text.split('\n')[1]);
  await generate.click();
  const words = (/** @type {string} */ all) => all.replace(/\s+/g, ' ');
  expect(words(await finished(page))).toContain(words(text));
});
