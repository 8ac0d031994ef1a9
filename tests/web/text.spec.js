// The view "Prepare text".

import { expect, test } from '@playwright/test';
import { expectInHash } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @param {RegExp} name
 */
function step(page, name) {
  return page.getByRole('article', { name });
}

test('each step shows what it makes of the words', async ({ page }) => {
  await page.goto('#view=text&text-language=en&merges=0&lang=en');
  await page.getByRole('textbox', { name: 'Your text' }).fill('Dr. Maier sang. The CHILDREN danced!');
  await expect(step(page, /Cleaning/)).toContainText('dr maier sang the children danced');
  await expect(step(page, /Cleaning/)).toContainText('Removed: . !');
  await expect(step(page, /Sentences/).getByRole('listitem')).toHaveText(['Dr. Maier sang.', 'The CHILDREN danced!']);
  await expect(step(page, /Stop words/)).toContainText('1 of 6 words');
  await expect(step(page, /Stop words/).locator('del')).toHaveText(['the']);
  await expect(step(page, /Stems/)).toContainText('danc');
  await expect(step(page, /Lemmas/)).toContainText('child');
  await expect(step(page, /Lemmas/)).toContainText('2 of 6 words');
  // 13 letters and the space.
  await expect(step(page, /Characters as/)).toContainText('33 tokens, 14 different numbers');
  await expect(step(page, /Words as numbers/)).toContainText('<start>');
  const pairs = step(page, /Byte pairs/);
  await expect(pairs).toContainText('36 tokens, 257 different numbers');
  await page.getByRole('slider', { name: 'Merges' }).fill('10');
  await expect(pairs).toContainText('Learned, in this order:');
  await expectInHash(page, (hash) => hash.get('merges'), '10');
});

test('what a step makes goes on in the other places', async ({ page }) => {
  await page.goto('#view=text&lang=de&seed=7');
  const cleaned = step(page, /Säubern/);
  await expect(cleaned).toContainText('ich weiß nicht was soll es bedeuten');
  await cleaned.getByRole('button', { name: 'Das übersetzen' }).click();
  await expect(page.getByRole('textbox', { name: 'Deutsch' })).toHaveValue(/^ich weiß nicht was soll/);
  await page.getByRole('link', { name: 'Ins Modell schauen' }).click();
  await step(page, /Stoppwörter/)
    .getByRole('button', { name: 'Als Anfang nehmen' })
    .click();
  await expect(page.getByRole('textbox', { name: 'Erste Worte' })).toHaveValue('weiß bedeuten traurig märchen alten zeiten kommt sinn');
  await page.goBack();
  await step(page, /Stoppwörter/)
    .getByRole('button', { name: 'Damit weiterarbeiten' })
    .click();
  await expect(step(page, /Stoppwörter/)).toContainText('0 von 8');
});

test('nothing is left of a text without letters', async ({ page }) => {
  await page.goto('#view=text&lang=en');
  await page.getByRole('textbox', { name: 'Your text' }).fill('?!');
  await expect(step(page, /Stems/)).toContainText('Nothing is left');
  await expect(page.getByRole('button', { name: 'Use as opening' })).toHaveCount(0);
});
