// Offline use. The site is served through a proxy that is really shut down.

import { expect, test } from '@playwright/test';
import { anotherVersion, keptShell, mirror } from './mirror.js';
import { controls, generate } from './page.js';
import { desk, stages, translators } from './translating.js';

test.use({ serviceWorkers: 'allow' });

/** @typedef {import('@playwright/test').Page} Page */

test('after the first visit all of it works without a connection', async ({ page, baseURL }) => {
  await translators(page);
  const { url, goAway } = await mirror(baseURL);
  await page.goto(`${url}#view=chain&seed=7&length=120&beam=1&go=1`);
  const { status, song, english } = stages(page);
  await expect(status).toContainText(/Finished: [\d,]+ characters/);
  const text = await song.innerText();
  await keptShell(page);
  goAway();

  await page.goto('about:blank');
  await page.goto(`${url}#view=chain&seed=7&length=120&beam=1&go=1`);
  await expect(status).toContainText(/Finished: [\d,]+ characters/);
  expect(await song.innerText()).toBe(text);
  await expect(english).toHaveValue(/\w/);
  await page.getByRole('link', { name: 'Translate' }).click();
  await expect(page.getByRole('heading', { name: 'Translate' })).toBeVisible();
  await desk(page).translate.click();
  await expect(status).toContainText('4 sentences');
  await page.getByRole('link', { name: 'Write' }).click();
  await page.getByRole('link', { name: 'A song' }).click();
  await generate(page);
  await expect(controls(page).alert).toBeEmpty();
  // The texts of the other language had not been loaded before.
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('link', { name: 'Schreiben' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('link', { name: 'Schreiben' })).toBeVisible();
});

test('training is kept where one says so, and then works without a connection, as do the quiet places', async ({ page, baseURL }) => {
  test.setTimeout(120_000);
  const { url, goAway } = await mirror(baseURL);
  await page.goto(`${url}#lang=en&view=look&look=char-lstm-songs&seed=7&length=40&go=1`);
  await expect(controls(page).status).toContainText('Finished');
  await keptShell(page);
  await page.getByText('Make available offline').click();
  const more = page.getByRole('listitem').filter({ hasText: 'Training, GPU and measuring' });
  await expect(more).toContainText(/not on this device/);
  await more.getByRole('button', { name: 'Keep' }).click();
  await expect(more.getByRole('button', { name: 'Remove' })).toBeFocused();
  goAway();

  await page.goto('about:blank');
  await page.goto(`${url}#lang=en&view=look&look=char-lstm-songs&seed=7&length=40&go=1`);
  await expect(controls(page).status).toContainText('Finished');
  await expect(page.getByRole('region', { name: 'Gates and memory' })).toBeVisible();
  await page.getByRole('link', { name: 'Look inside' }).click();
  await page.getByRole('link', { name: 'Prepare text' }).click();
  await expect(page.getByText(/[\d,]+ tokens, [\d,]+ different numbers/).first()).toBeVisible();
  await page.getByRole('link', { name: 'Lecture' }).click();
  await expect(page.getByRole('heading', { name: '1 Data' })).toBeVisible();
  await page.getByRole('link', { name: 'Train' }).click();
  await page.getByRole('button', { name: 'Eleven English songs' }).click();
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByText('The model is learning')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).filter({ visible: true }).click();
  await expect(page.getByText(/^Stopped after [\d,]+ steps/)).toBeVisible();
  await page.goto(`${url}bench.html`);
  await expect(page.getByRole('button', { name: 'Measure' })).toBeEnabled();

  await page.goto(`${url}#lang=en&seed=7`);
  await page.getByText('Make available offline').click();
  await more.getByRole('button', { name: 'Remove' }).click();
  await expect(more).toContainText('not on this device');
});

test('a new version is seen at once, and kept whole for later', async ({ page, baseURL }) => {
  const { url, state, goAway } = await mirror(baseURL);
  await page.goto(`${url}#seed=7&length=60`);
  await expect(controls(page).status).toContainText('ready');
  await keptShell(page);
  const before = await shells(page);
  expect(before).toHaveLength(1);
  const words = /en-\w+\.js/.exec(await (await fetch(new URL('sw.js', baseURL))).text())?.[0] ?? '';
  state.change = await anotherVersion(baseURL, words, (text) => text.replace(/(['"])Generate\1/, '$1Generate anew$1'));
  await page.reload();
  await expect(page.getByRole('button', { name: 'Generate anew' })).toBeVisible();
  await expect.poll(async () => (await shells(page)).join()).not.toBe(before.join());
  await expect.poll(async () => (await shells(page)).length).toBe(1);
  goAway();
  await page.goto('about:blank');
  await page.goto(`${url}#seed=7&length=60`);
  await expect(page.getByRole('button', { name: 'Generate anew' })).toBeVisible();
});

test('the service worker knows every file of the page, and no other', async ({ baseURL, request }) => {
  const worker = await (await request.get(new URL('sw.js', baseURL).href)).text();
  const known = [...worker.matchAll(/"?([\w./-]+)"?:\[\d+,"/g)].map(([, name]) => name);
  const scripts = new Set(['./']);
  // Every file referenced directly or indirectly is in the list, and every listed file exists.
  for (const name of known) {
    const answer = await request.get(new URL(name, baseURL).href);
    expect(answer.status(), name).toBe(200);
    if (!/(\.js|\/|\.html)$/.test(name)) continue;
    for (const [, file] of (await answer.text()).matchAll(/(?:from|import\(|href=|src=)"(?:\.\/)?([\w./-]+\.(?:js|css|svg|png|webmanifest))"/g)) {
      scripts.add(new URL(file, new URL(name, 'http://page/')).pathname.slice(1));
    }
  }
  expect([...scripts].filter((name) => !known.includes(name))).toEqual([]);
  expect(scripts.size).toBeGreaterThan(15);
});

/** @param {Page} page */
function shells(page) {
  return page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('liedwerk-shell')));
}
