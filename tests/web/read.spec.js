// The view "Read": parts of speech, moods, masked words, shapes of networks.

import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { expectWellMadeInEveryLook, SCREEN_AND_PHONE } from './appearance.js';
import { expectInHash } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url));
/** Tiny models that have learned nothing, by their type. */
const TINY = { text_classifier: 'models/mood', bert: 'golden/bert' };

/**
 * Puts them into the page's list of models, in place of others of the same type.
 *
 * @param {Page} page
 */
async function listTinyModels(page) {
  await page.route('**/models/index.json', async (route) => {
    const response = await route.fetch();
    const manifest = await response.json();
    for (const [model_type, folder] of Object.entries(TINY)) {
      const bytes = await readFile(`${FIXTURES}${folder}/model.safetensors`);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const at = `tiny/${folder}`;
      const files = {
        config: `${at}/config.json`,
        tokenizer: `${at}/tokenizer.json`,
        weights: { path: `${at}/model.safetensors`, bytes: bytes.length, sha256 },
      };
      const listed = manifest.models.findIndex((/** @type {any} */ model) => model.model_type === model_type);
      if (listed >= 0) manifest.models.splice(listed, 1);
      manifest.models.push({ id: model_type, model_type, files, title: { de: 'klein', en: 'tiny' } });
    }
    await route.fulfill({ response, json: manifest });
  });
  await page.route('**/models/tiny/**', async (route) => {
    const path = new URL(route.request().url()).pathname.split('/tiny/')[1];
    await route.fulfill({ body: await readFile(FIXTURES + path) });
  });
}

/** @param {Page} page */
function parts(page) {
  const notes = page
    .getByRole('main')
    .getByRole('list', { name: /Notes|Hinweise/ })
    .first();
  return { notes, text: page.getByRole('main').getByRole('textbox') };
}

test('word classes are named in both languages, with their probability', async ({ page }) => {
  await page.goto('#view=read&lang=en');
  const { notes, text } = parts(page);
  const classes = page.getByRole('group', { name: 'Parts of speech' });
  // A part without a model is hidden.
  await expect(page.getByRole('group', { name: 'What is read' }).getByRole('button', { name: 'Parts of speech' })).toHaveAttribute('aria-pressed', 'true');
  await expect(classes).toContainText(/Lied\s*noun \d+%/);
  await text.fill('She sings.');
  await expect(classes).toHaveText(/^She\s*pronoun \d+%\s*sings\s*verb \d+%\s*\.\s*punctuation \d+%$/);
  await expectInHash(page, (hash) => hash.get('tagged'), 'She sings.');
  await text.fill('👍');
  await expect(classes).toContainText('👍');
  await text.fill('');
  await expect(notes).toContainText('no words');
  await text.fill('Ein Lied. '.repeat(5000));
  await expect(notes).toContainText('only its beginning');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('group', { name: 'Wortarten' })).toContainText(/Lied\s*Nomen \d+\s*%/);
});

test('moods come with all probabilities, masked words with candidates', async ({ page }) => {
  await listTinyModels(page);
  await page.goto('#view=read&reading=mood&lang=en');
  const { notes, text } = parts(page);
  await text.fill('It is good.\n\nDas ist kaputt.');
  const verdicts = page.getByRole('main').locator('ol > li');
  await expect(verdicts).toHaveCount(2);
  await expect(verdicts.first().getByRole('listitem')).toHaveText([/^positive \d+%$/, /^\w+ \d+%$/, /^\w+ \d+%$/]);
  await expect(verdicts.last().getByRole('listitem').first()).toHaveText(/^negative \d+%$/);
  await expect(verdicts.first().getByTitle(/^good\.: \+0/)).toBeVisible();
  await text.fill('a');
  await expect(notes).toContainText('So few letters');
  await text.fill('');
  await expect(notes).toContainText('no words');
  await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);

  await page.getByRole('button', { name: 'Masked word' }).click();
  await page.getByRole('button', { name: 'With soda' }).click();
  const table = page.getByRole('table', { name: 'Mask 1', exact: true });
  await expect(table.getByRole('row')).toHaveCount(9);
  await expect(table.getByRole('row').nth(1)).toContainText(/\d%/);
  await page.getByRole('button', { name: 'Mask “soda”' }).click();
  await expect(page.getByRole('table')).toHaveCount(2);
  await expect(text).toHaveValue('I would like a ___ with ___.');
  await expect(notes).toContainText('on its own');
  await page.getByRole('button', { name: 'Mask 1', exact: true }).click();
  await expect(table.getByRole('button').first()).toBeFocused();
  await page.getByRole('button', { name: 'Mask 2: bring the word back' }).click();
  await expect(text).toHaveValue('I would like a ___ with soda.');
  await expect(page.getByRole('table')).toHaveCount(1);
  await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
  await page.getByRole('button', { name: 'GPT (songs)' }).click();
  const guess = page.getByRole('table', { name: 'Mask 1 by GPT (songs), which sees only the left' });
  await expect(guess.getByRole('row')).toHaveCount(9);
  await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
  await guess.getByRole('button').first().click();
  await expect(text).toHaveValue(/^I would like a \S+ with soda\.$/);
  await expect(guess).toHaveCount(0);
  await expect(notes).toContainText('no mask');
});

test('an input of a network lights the outputs that it reaches', async ({ page }) => {
  await page.goto('#view=read&reading=shapes&lang=en');
  const equal = page.getByRole('article', { name: 'Many to many, same length', exact: true });
  await equal.getByRole('button', { name: 'Input “s”' }).focus();
  await expect(equal.getByRole('status')).toHaveText('“s” reaches: e, s');
  const both = page.getByRole('article', { name: 'Same length, from both ends' });
  await both.getByRole('button', { name: 'Input “will”' }).hover();
  await expect(both.getByRole('status')).toHaveText('“will” reaches: DET, NOUN, AUX, VERB');
  await expect(page.getByRole('article', { name: 'One to many' }).getByRole('button', { name: 'Describe a picture' })).toBeVisible();
  await both.getByRole('button', { name: 'Tag parts of speech' }).click();
  await expect(page.getByRole('heading', { name: 'Parts of speech' })).toBeVisible();
});
