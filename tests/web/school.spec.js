// Use in a classroom: installation, offline use, printing.

import { expect, test } from '@playwright/test';
import { longestTask } from './main-thread.js';
import { controls, finished, generate, open } from './page.js';

test('it can be installed, from any folder', async ({ page, request, baseURL }) => {
  await open(page);
  const href = await page.locator('link[rel=manifest]').getAttribute('href');
  const answer = await request.get(String(href));
  expect(answer.headers()['content-type']).toContain('manifest+json');
  const { start_url, scope, icons } = await answer.json();
  for (const path of [start_url, scope, ...icons.map((/** @type {{ src: string }} */ { src }) => src)]) {
    const url = new URL(path, new URL(String(href), baseURL));
    expect(url.href.startsWith(String(baseURL)), path).toBe(true);
    expect((await request.get(url.href)).ok(), path).toBe(true);
  }
  const devtools = await page.context().newCDPSession(page);
  const { errors } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
});

test('a model is kept for offline, and removed, where one says so', async ({ page }) => {
  await open(page, 'lang=en&seed=7&model=gpt-songs');
  await expect(controls(page).status).toContainText('ready');
  await page.getByText('Make available offline').click();
  const model = (/** @type {string} */ name) => page.getByRole('listitem').filter({ hasText: name });
  await expect(model('GPT (songs)')).toContainText('on this device');
  const lstm = model('Character LSTM');
  await expect(lstm).toContainText('not on this device');
  await lstm.getByRole('button', { name: 'Keep' }).click();
  await expect(lstm.getByRole('button', { name: 'Remove' })).toBeFocused();
  await page.route('**/*.safetensors', (route) => route.abort());
  await page.goto('about:blank');
  await open(page, 'lang=en&seed=7&length=40&model=char-lstm-songs&go=1');
  expect((await finished(page)).length).toBeGreaterThan(40);
  await page.getByText('Make available offline').click();
  await lstm.getByRole('button', { name: 'Remove' }).click();
  await expect(lstm).toContainText('not on this device');
});

test('on paper the song remains, and what it was made with', async ({ page }) => {
  await open(page, 'lang=en&seed=7&length=40&model=gpt-songs');
  const { song, generate: button } = controls(page);
  await generate(page);
  await page.emulateMedia({ media: 'print' });
  await expect(song).toBeVisible();
  await expect(button).toBeHidden();
  const colophon = page.getByTestId('colophon').filter({ visible: true });
  await expect(colophon).toContainText('GPT (songs)');
  await expect(colophon).toContainText('Seed: 7');
  await expect(colophon).toContainText('&seed=7');
});

test('paper tells what the text was written with, whatever the controls say by then', async ({ page }) => {
  const colophon = page.getByTestId('colophon').filter({ visible: true });
  const print = (/** @type {boolean} */ on) => page.emulateMedia({ media: on ? 'print' : 'screen' });
  await open(page, 'lang=en&seed=7&length=40&model=gpt-songs');
  await expect(controls(page).status).toContainText('ready');
  await print(true);
  // The example song states its own origin.
  await expect(colophon).toBeHidden();
  await print(false);
  await generate(page);
  await page.getByText('Settings', { exact: true }).click();
  await page.getByRole('spinbutton', { name: 'Seed' }).fill('8');
  await page.getByRole('spinbutton', { name: 'Length' }).fill('50');
  await page.getByRole('combobox', { name: 'Model' }).selectOption('char-lstm-songs');
  await controls(page).prompt.fill('Farewell');
  await print(true);
  await expect(colophon).toContainText('Model: GPT (songs) · Length: 40 · Seed: 7');
  await expect(colophon).toContainText('model=gpt-songs&lang=en&length=40&seed=7');
  await print(false);
  await generate(page);
  await print(true);
  await expect(colophon).toContainText('Model: Character LSTM (songs)');
  await expect(colophon).toContainText('prompt=Farewell');
  await expect(colophon).toContainText('Seed: 8');
});

test('on paper a translation and a chain tell what they were made with, too', async ({ page }) => {
  const colophon = page.getByTestId('colophon').filter({ visible: true });
  await page.goto('#lang=en&view=translate&seed=1&beam=2&go=1');
  await expect(controls(page).status).toContainText('Finished');
  await page.getByRole('combobox', { name: 'Beam width' }).selectOption('8');
  await page.emulateMedia({ media: 'print' });
  await expect(colophon).toContainText('Beam width: 2');
  await page.emulateMedia({ media: 'screen' });
  await page.goto('about:blank');
  await page.goto('#lang=en&view=chain&seed=7&beam=1&length=60&go=1');
  await expect(controls(page).status).toContainText(/Finished: 60/);
  await page.getByText('Settings', { exact: true }).click();
  await page.getByRole('spinbutton', { name: 'Seed' }).fill('8');
  await page.getByRole('button', { name: 'Lindenbaum' }).click();
  await page.emulateMedia({ media: 'print' });
  await expect(colophon).toContainText('Seed: 7');
  await expect(colophon).not.toContainText('Brunnen');
});

test('while a song grows the page neither jumps nor hangs', { tag: '@quiet' }, async ({ page }) => {
  await page.addInitScript(() => {
    const seen = { shift: 0, longest: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = /** @type {PerformanceEntry & { value: number, hadRecentInput: boolean }} */ (entry);
        if (!hadRecentInput) seen.shift += value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
    }).observe({ type: 'longtask' });
  });
  await open(page, 'lang=en&seed=7&length=60&model=gpt-songs');
  await expect(controls(page).status).toContainText('ready');
  await page.evaluate(() => Object.assign(/** @type {any} */ (window).seen, { longest: 0 }));
  const longest = await longestTask(page, () => generate(page));
  console.log(`longest task while a song grows: ${longest.toFixed(1)} ms`);
  const seen = await page.evaluate(() => /** @type {any} */ (window).seen);
  expect(seen.shift).toBeLessThan(0.1);
  expect(longest).toBeLessThan(50);
  // Wall-clock time, since waiting does not show in the thread's CPU time.
  expect(seen.longest).toBeLessThan(250);
});
