// The view "LSTM against GPT": two models continue the same prompt.

import { expect, test } from '@playwright/test';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * @param {Page} page
 * @param {string} hash
 */
async function open(page, hash) {
  await page.goto(`#view=duel&${hash}`);
  const rivals = page.getByRole('article');
  await expect(rivals).toHaveCount(2);
  for (const rival of await rivals.all()) await expect(rival.getByRole('status')).toContainText('ready');
  return { rivals, songs: rivals.getByRole('region'), generate: page.getByRole('button', { name: 'Generate' }) };
}

/** @param {import('@playwright/test').Locator} rivals */
async function finished(rivals) {
  for (const rival of await rivals.all()) await expect(rival.getByRole('status')).toContainText('Finished');
}

test('two models go on from the same words, each with its speed and its bits per character', async ({ page }) => {
  const { rivals, songs, generate } = await open(page, 'seed=3&length=60&prompt=My+love+is+like');
  await generate.click();
  await finished(rivals);
  const texts = await songs.allInnerTexts();
  for (const text of texts) expect(text).toMatch(/^My love is like/);
  expect(texts[0]).not.toBe(texts[1]);
  await expect(rivals.filter({ hasText: 'bits per character' })).toHaveCount(2);
  await expect(rivals.filter({ hasText: 'characters per second' })).toHaveCount(1);
  await expect(rivals.filter({ hasText: 'tokens per second' })).toHaveCount(1);
});

test('each writes what it writes alone', async ({ page }) => {
  const settings = 'seed=3&length=60&prompt=My+love+is+like';
  const { rivals, songs, generate } = await open(page, settings);
  await generate.click();
  await finished(rivals);
  const texts = await songs.allInnerTexts();
  for (const model of ['char-lstm-songs', 'gpt-songs']) {
    await page.goto('about:blank');
    await page.goto(`#${settings}&model=${model}&go=1`);
    await expect(page.getByRole('status')).toContainText('Finished');
    expect(texts).toContain(await page.getByRole('region', { name: 'Song' }).innerText());
  }
});

test('a space at the end of the beginning makes no difference to the GPT', async ({ page }) => {
  const texts = [];
  for (const prompt of ['My+love+is+like', 'My+love+is+like+']) {
    await page.goto('about:blank');
    const { rivals, songs, generate } = await open(page, `seed=3&length=40&prompt=${prompt}`);
    await generate.click();
    await finished(rivals);
    texts.push(await songs.last().innerText());
  }
  expect(texts[1]).toBe(texts[0]);
});

test('Stop ends both, and both write again', async ({ page }) => {
  const { rivals, generate } = await open(page, 'seed=3&length=10000');
  await generate.click();
  await expect(rivals.first().getByRole('status')).toContainText('writing');
  const stop = page.getByRole('button', { name: 'Stop' });
  await stop.click();
  await expect(stop).toBeDisabled();
  for (const rival of await rivals.all()) await expect(rival.getByRole('status')).toContainText(/Stopped|Finished/);
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Length').fill('30');
  await generate.click();
  await finished(rivals);
});

test('one model that cannot be fetched leaves the other to write', async ({ page }) => {
  await page.route('**/gpt-songs/*.safetensors', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('#view=duel&seed=3&length=60');
  const rivals = page.getByRole('article');
  await expect(rivals.getByRole('alert').filter({ hasText: 'download-failed' })).toHaveCount(1);
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(rivals.getByRole('status').filter({ hasText: 'Finished' })).toHaveCount(1);
});

test('one link shares both songs, from below them', async ({ page }) => {
  const { rivals, generate } = await open(page, 'seed=3&length=60&prompt=My+love+is+like');
  const share = page.getByRole('button', { name: 'Share' });
  await expect(share).toBeHidden();
  await generate.click();
  await finished(rivals);
  await share.click();
  await expect(page.getByRole('status').filter({ hasText: 'Link copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.match(/view=duel|proof=/g)).toHaveLength(3);
  await page.getByRole('main').getByRole('button', { name: 'QR code' }).click();
  await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
  await page.getByRole('textbox', { name: 'Start with' }).fill('Another beginning');
  await expect(page.getByRole('img', { name: 'QR code' })).toBeHidden();
});

test('without a song there is nothing to share', async ({ page }) => {
  const { rivals, generate } = await open(page, 'seed=3&length=30');
  const share = page.getByRole('button', { name: 'Share' });
  await generate.click();
  await finished(rivals);
  await page.getByRole('combobox', { name: 'Left' }).selectOption('gpt-songs');
  await expect(share).toBeVisible();
  await page.getByRole('combobox', { name: 'Right' }).selectOption('char-lstm-songs');
  await expect(share).toBeHidden();
});
