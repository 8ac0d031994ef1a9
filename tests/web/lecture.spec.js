// The lecture: its content agrees with the repository and the page.

import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { expectInHash, finished, source } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @returns {Promise<{ EXCERPTS: typeof import('../../www/places/lecture/lessons/excerpts.js').EXCERPTS, LECTURE: typeof import('../../www/places/lecture/lessons/steps.js').LECTURE }>}
 */
function told(page) {
  return page.evaluate(`(async () => ({
    ...await import('${source('places/lecture/lessons/excerpts.js')}'),
    ...await import('${source('places/lecture/lessons/steps.js')}'),
  }))()`);
}

/** @param {string} text */
const lines = (text) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

test('every excerpt stands in its file, word for word', async ({ page }) => {
  await page.goto('#view=lecture');
  const { EXCERPTS } = await told(page);
  expect(Object.keys(EXCERPTS)).toHaveLength(30);
  for (const { file, code } of Object.values(EXCERPTS)) {
    expect(code.split('\n').length).toBeGreaterThan(1);
    expect(lines(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')), file).toContain(lines(code));
  }
});

test('every step has its formula, its lines and a part to try; the arrow keys turn the pages', async ({ page }) => {
  await page.goto('#view=lecture&lang=en');
  const { EXCERPTS, LECTURE } = await told(page);
  for (const [useCase, steps] of Object.entries(LECTURE)) {
    for (const [i, { title, excerpt }] of steps.entries()) {
      await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText(`${i + 1} ${title.en}`);
      await expectInHash(page, (hash) => [hash.get('case') ?? 'lyrics', hash.get('step') ?? '1'], [useCase, String(i + 1)]);
      await expect(page.getByRole('region', { name: 'Lines of code' })).toHaveText(EXCERPTS[excerpt].code);
      await expect(page.getByRole('math')).toBeVisible();
      await expect(page.getByRole('heading', { name: 'Try it' })).toBeVisible();
      await page.keyboard.press('ArrowRight');
    }
  }
  await expect(page.getByRole('button', { name: 'Next step' })).toBeDisabled();
});

test('the sizes give the parameters of the model that the page has', async ({ page, request }) => {
  const { models } = await (await request.get('models/index.json')).json();
  const { figures } = models.find((/** @type {{ id: string }} */ { id }) => id === 'char-lstm-songs');
  await page.goto('#view=lecture&step=4&lang=de');
  await expect(page.getByRole('status').filter({ visible: true })).toHaveText(`${figures.parameters.toLocaleString('de')} Parameter`);
  await page.getByRole('slider', { name: 'Schichten' }).fill('1');
  // 76 x 64 for the embedding, 4 x 256 x (64 + 256 + 2) for the layer, 257 x 76 for the output.
  await expect(page.getByRole('status').filter({ visible: true })).toHaveText('354.124 Parameter');
});

test('the pairs that a translator learns from answer to a sentence', async ({ page }) => {
  await page.goto('#view=lecture&case=translation&step=1&lang=en');
  const told = page.getByText(/^Words found/);
  // "alte" occurs only as "alt".
  await expect(told).toHaveText('Words found: 6 of 7, in 136 example pairs');
  await page.getByRole('textbox', { name: 'A German sentence' }).fill('Der Mond singt');
  await expect(told).toHaveText('Words found: 3 of 3, in 136 example pairs');
  const found = page.getByRole('table', { name: 'Pairs that share words' }).getByRole('row');
  await expect(found).toHaveCount(6);
  await expect(found.filter({ hasText: 'Der Mond' }).first().locator('mark')).toHaveText(['Der', 'Mond']);
});

test('the last steps write and translate', async ({ page }) => {
  await page.goto('#view=lecture&step=7&lang=en&seed=33&length=60&model=gpt-songs&temperature=0.8');
  await page.getByRole('button', { name: 'Generate' }).click();
  expect((await finished(page)).length).toBeGreaterThan(60);
  await page.getByRole('button', { name: 'Translating' }).click();
  await page.getByRole('button', { name: 'Translate', exact: true }).first().click();
  await expect(page.getByRole('status').filter({ visible: true })).toContainText('Finished: 4 sentences');
  await expect(page.getByRole('region', { name: /English/ })).toContainText('I');
});

test('what is tried answers: a gate, attention, temperature, a reward, a bias', async ({ page }) => {
  const open = (/** @type {string} */ hash) => page.goto(`#view=lecture&lang=en&${hash}`);
  const slide = (/** @type {RegExp | string} */ name, /** @type {string} */ value) => page.getByRole('slider', { name }).first().fill(value);
  await open('step=4');
  await page.getByRole('button', { name: /^forget gate f/ }).click();
  await slide(/^forget gate f/, '0');
  await expect(page.getByText(/Changed by you: c′ was/)).toBeVisible();
  await open('case=translation&step=4');
  await page.getByRole('button', { name: /^dog:/ }).click();
  await expect(page.getByText(/For “dog” the decoder looked most at “Hund”/)).toBeVisible();
  await page.getByRole('checkbox', { name: 'Attention' }).uncheck();
  await expect(page.getByText(/through one vector of 768 numbers/)).toBeVisible();
  await open('step=7');
  const bars = page.getByRole('main').getByRole('list').filter({ hasText: '%' }).first();
  await slide('Temperature', '0.1');
  await expect(bars.getByRole('listitem').first()).toContainText(/sea(9\d|100)\.\d%/);
  await open('case=people&step=3');
  await expect(page.getByText(/^Mean reward 0\.\d\d; distance/)).toBeVisible();
  await slide('Price of distance β', '0.05');
  await expect(page.getByText(/^Mean reward (0\.9\d|1\.00); distance/)).toBeVisible();
  await open('case=challenges&step=3');
  await expect(page.getByRole('row', { name: /girl/ })).toContainText('%');
});
