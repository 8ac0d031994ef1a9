// What a view shows before anything has been computed claims to come from a model, so check that it does.
// LIEDWERK_RENEW=1 stores what the models give now.

import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { PLAN, VERSE } from './learning.js';
import { BEFOREHAND, controls, finished, open, source, WEIGHTS } from './page.js';
import { desk, stages } from './translating.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Compares a result with the stored one.
 *
 * @param {string} name
 * @param {unknown} computed
 */
function expectStored(name, computed) {
  const file = new URL(`../../www/examples/${name}.json`, import.meta.url);
  if (process.env.LIEDWERK_RENEW) writeFileSync(file, `${JSON.stringify(computed)}\n`);
  expect(computed).toEqual(JSON.parse(readFileSync(file, 'utf8')));
}

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

/** The text without the mark. @param {import('@playwright/test').Locator} region */
const read = async (region) => (await region.innerText()).replace(BEFOREHAND, '').trim();

/** How to read a view's texts. @type {Record<'duel' | 'chain' | 'translate', (page: Page) => Promise<string[]>>} */
const TEXTS = {
  duel: async (page) => {
    const songs = page.getByRole('article').getByRole('region');
    return [await read(songs.first()), await read(songs.last())];
  },
  chain: async (page) => [await stages(page).english.inputValue(), await read(stages(page).song)],
  translate: async (page) => {
    const rows = await page.getByRole('region', { name: 'Translation' }).getByRole('row').all();
    const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').allInnerTexts()));
    return [0, 1].map((column) => cells.map((row) => row[column]).join('\n'));
  },
};

/** The settings of a visitor who has changed none. */
const FIRST = /** @type {const} */ ([
  { view: 'duel', link: '#view=duel&model=gpt-songs&temperature=0.8', models: ['char-lstm-songs', 'gpt-songs'] },
  { view: 'chain', link: '#view=chain&model=gpt-songs&temperature=0.8', models: ['transformer-de-en', 'gpt-songs'] },
  { view: 'translate', link: '#view=translate&compare=1', models: ['transformer-de-en', 'seq2seq-de-en'] },
]);

for (const { view, link, models } of FIRST) {
  test(`until its models have loaded, the view ${view} shows what they will write`, async ({ page }) => {
    await page.goto(`${link}&seed=4&go=1`);
    await expect(page.getByRole('button', { name: 'Share' })).toBeVisible();
    const texts = await TEXTS[view](page);
    expectStored(view, { link, seed: 4, texts: Object.fromEntries(models.map((id, i) => [id, texts[i]])) });
    // Weights that never arrive, and are not stored either.
    await page.route(WEIGHTS, () => {});
    await page.evaluate(async () => Promise.all((await caches.keys()).map((name) => caches.delete(name))));
    await page.goto('about:blank');
    await page.goto(`#view=${view}`);
    await expect(page.getByText(BEFOREHAND)).toHaveCount(2);
    expect(await TEXTS[view](page)).toEqual(texts);
    // With other settings they would write something else.
    await page.goto('about:blank');
    await page.goto(`#view=${view}&beam=1&temperature=1&go=1`);
    await expect(controls(page).status.filter({ hasText: 'loading' }).first()).toBeVisible();
    await expect(page.getByText(BEFOREHAND)).toHaveCount(0);
  });
}

/** A small LSTM, as the view proposes it for this text. */
const LEARNED = {
  ...PLAN,
  name: 'LSTM',
  model: { type: 'char_lstm', embedding_size: 32, hidden_size: 96, num_layers: 2, dropout: 0.3 },
  data: { ...PLAN.data, normalize: 'none' },
  train: { seed: 4, steps: 400, lr: 0.008, warmup_steps: 20, decay_steps: 100, batch_size: 4, window: 64, weight_decay: 0.1 },
};

test('the curve that Train opens on is that of a training', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page);
  const run = await page.evaluate(
    async ([client, history, text, plan]) => {
      const { TrainerClient } = await import(client);
      const { append, noNumbers } = await import(history);
      const numbers = { ...noNumbers(), every: 8 };
      /** @type {object[]} */
      const samples = [];
      let perToken = 1;
      const trainer = new TrainerClient();
      const request = { text, plan, from: null, checkpoint: null, device: 'cpu', cores: 1, every: { validate_steps: 30, sample_steps: 150 } };
      const { finished } = trainer.train(request, {
        onStarted: (/** @type {any} */ started) => (perToken = started.characters_per_token),
        onMetrics: (/** @type {object} */ metrics) => append(numbers, metrics),
        onValidated: (/** @type {object} */ validated) => numbers.validated.push(validated),
        onSample: (/** @type {any} */ { step, seed, text, memorized }) => {
          samples.push({ step, seed, text, memorized });
          numbers.copied.push({ step, memorized });
        },
      });
      const { step } = await finished;
      trainer.end();
      return { name: plan.name, kind: plan.model.type, step, steps: step, perToken, numbers, samples };
    },
    /** @type {const} */ ([source('engine/trainer-client.js'), source('places/train/history.js'), readFileSync(VERSE, 'utf8'), LEARNED]),
  );
  const rounded = JSON.stringify(run, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value));
  expectStored('run', JSON.parse(rounded));
});

test('the stanzas that Learn from people opens on are the first two of a seed', async ({ page }) => {
  await page.goto('#view=prefer&lang=en&seed=4');
  await page.getByRole('button', { name: 'Write two stanzas' }).click();
  await expect(controls(page).status).toContainText('Which one is better?');
  await page.keyboard.press('1');
  const { beginning, first, second } = await page.evaluate(() => JSON.parse((localStorage.getItem('liedwerk-choices') ?? '').split('\n')[1]));
  expectStored('stanzas', { model: 'gpt-songs', seed: 4, beginning, stanzas: [first, second] });
});

test('a translation computed beforehand cannot be shared', async ({ page }) => {
  await page.goto('#view=translate');
  const { compare } = desk(page);
  await expect(page.getByText(BEFOREHAND)).toHaveCount(2);
  await compare.uncheck();
  await expect(page.getByText(BEFOREHAND)).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Share' })).toBeHidden();
});
