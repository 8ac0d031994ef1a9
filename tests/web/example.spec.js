import { expect, test } from '@playwright/test';
import { EXAMPLE, EXAMPLE_SEED } from '../../www/examples.js';
import { finished, open } from './page.js';

// The first thing a visitor reads is signed by the model: it must be the model's.
test('the example on the empty sheet is what the model writes', async ({ page }) => {
  const { generate, song } = await open(page, `seed=${EXAMPLE_SEED}&length=200`);
  await expect(song).toContainText(EXAMPLE.text.split('\n')[1]);
  await generate.click();
  const text = await finished(page);
  expect(text.replace(/\s+/g, ' ')).toContain(EXAMPLE.text.replace(/\s+/g, ' '));
});
