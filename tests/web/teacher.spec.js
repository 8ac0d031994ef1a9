// Class links: hidden and locked controls, their creation, and embedding in a frame.

import { expect, test } from '@playwright/test';
import { expectWellMadeInEveryLook, SCREEN_AND_PHONE } from './appearance.js';
import { controls, expectInHash, generate, open, SHORT } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test('what a link locks stays, what it hides is out of sight, and there is a way out', async ({ page }) => {
  const { prompt } = await open(page, `${SHORT}&hide=top-k,duel,lang&lock=prompt,temperature,seed,model`);
  await expect(controls(page).status).toContainText('ready');
  await page.getByText('Settings', { exact: true }).click();
  const temperature = page.getByLabel('Temperature');
  await expect(temperature).toBeDisabled();
  await expect(page.getByRole('button', { name: 'New seed' })).toBeDisabled();
  await expect(page.getByRole('combobox', { name: 'Model' })).toBeDisabled();
  await expect(prompt).not.toBeEditable();
  await expect(page.getByLabel('Top-p')).toBeEnabled();
  for (const hidden of [page.getByLabel('Top-k'), page.getByRole('link', { name: 'LSTM against GPT' }), page.getByRole('button', { name: 'Deutsch' })]) {
    await expect(hidden).toBeHidden();
  }
  const first = await generate(page);
  expect(await generate(page)).toBe(first);
  await page.getByRole('link', { name: 'Look inside' }).click();
  await expect(page.getByRole('textbox', { name: 'Start with' })).not.toBeEditable();
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Start with' })).not.toBeEditable();
  await page.getByRole('button', { name: 'Unlock all settings' }).click();
  await expect(page.getByRole('textbox', { name: 'Start with' })).toBeEditable();
  await expect(page.getByLabel('Temperature')).toBeEnabled();
  await page.getByRole('link', { name: 'Write' }).click();
  await expect(page.getByRole('link', { name: 'LSTM against GPT' })).toBeVisible();
  await expectInHash(page, (hash) => [hash.get('hide'), hash.get('lock')], [null, null]);
});

test('the page makes such links and frames itself, and what is handed on by others is free', async ({ page }) => {
  const { copyLink, status } = await open(page, SHORT);
  await expect(status).toContainText('ready');
  await page.getByText('Class link', { exact: true }).click();
  await page.getByRole('radio', { name: 'Choose setting by setting' }).check();
  await page.getByRole('checkbox', { name: 'lock Temperature' }).check();
  await page.getByRole('checkbox', { name: 'hide Seed' }).check();
  await page.getByRole('checkbox', { name: 'hide Translate' }).check();
  await page.getByRole('button', { name: 'Copy class link' }).click();
  await expect(page.getByText('Class link copied')).toBeVisible();
  const link = new URL(await clipboard(page));
  const given = new URLSearchParams(link.hash.slice(1));
  expect([given.get('lock'), given.get('hide'), given.get('go')]).toEqual(['temperature', 'seed,translate', null]);
  await page.getByRole('button', { name: 'Copy embed code' }).click();
  await expect(page.getByText('an <iframe> with this view')).toBeVisible();
  const frame = await clipboard(page);
  await page.goto('about:blank');
  await page.goto(link.href);
  await expect(page.getByRole('link', { name: 'Translate' })).toBeHidden();
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  expect(await clipboard(page)).not.toMatch(/hide|lock/);

  await page.route('**/framed.html', (route) => route.fulfill({ contentType: 'text/html', body: frame }));
  await page.goto(new URL('framed.html', link).href);
  const inside = page.frameLocator('iframe');
  await expect(inside.getByRole('button', { name: 'Generate' })).toBeVisible();
  await expect(inside.getByRole('navigation')).toHaveCount(0);
  await expect(inside.getByRole('contentinfo')).toBeHidden();
  const out = page.waitForEvent('popup');
  await inside.getByRole('link', { name: 'Open in liedwerk' }).click();
  const whole = await out;
  await expect(whole.getByRole('navigation').first()).toBeVisible();
  await expect(whole.getByRole('link', { name: 'Translate' })).toBeHidden();
});

test('everybody of a class gets a seed of their own, unless it is locked', async ({ page }) => {
  const { status } = await open(page, `${SHORT}&model=char-lstm-songs&temperature=0.5`);
  await expect(status).toContainText('ready');
  await page.getByText('Class link', { exact: true }).click();
  const copy = async () => {
    await page.getByRole('button', { name: 'Copy class link' }).click();
    await expect(page.getByText('Class link copied')).toBeVisible();
    return new URLSearchParams(new URL(await clipboard(page)).hash.slice(1));
  };
  const free = await copy();
  // A visit without a link has another default model and temperature, so the link states both.
  expect([free.get('seed'), free.get('model'), free.get('temperature'), free.get('length')]).toEqual([null, 'char-lstm-songs', '0.5', '120']);
  await page.getByRole('radio', { name: 'the same song for everyone' }).check();
  expect((await copy()).get('seed')).toBe('7');
  await page.getByRole('radio', { name: 'Only the temperature' }).check();
  const locked = (await copy()).get('lock')?.split(',') ?? [];
  expect([locked.includes('seed'), locked.includes('prompt'), locked.includes('temperature')]).toEqual([true, true, false]);
  const preview = new URL((await page.getByRole('link', { name: 'Preview' }).getAttribute('href')) ?? '');
  expect(new URLSearchParams(preview.hash.slice(1)).get('lock')?.split(',')).toEqual(locked);
  const seeds = [];
  for (let visit = 0; visit < 2; visit += 1) {
    await page.goto('about:blank');
    await page.goto(`#${free}`);
    await expect(status).toContainText('ready');
    await expect(page.getByRole('combobox', { name: 'Model' })).toHaveValue('char-lstm-songs');
    seeds.push(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('seed'));
  }
  expect(seeds[0]).not.toBe(seeds[1]);
});

test('names that mean nothing do nothing', async ({ page }) => {
  await open(page, `${SHORT}&hide=<b>,..,top-p&lock=nothing,__proto__&embed=yes`);
  await expect(page.getByRole('navigation').first()).toBeVisible();
  await page.getByText('Settings', { exact: true }).click();
  await expect(page.getByLabel('Top-p')).toBeEnabled();
  await generate(page);
});

for (const [lang, name, free] of [
  ['de', 'Link für die Klasse', 'Alles freigeben'],
  ['en', 'Class link', 'Unlock all settings'],
]) {
  test(`axe finds nothing: ${lang}`, async ({ page }) => {
    await page.goto(`#${SHORT}&lang=${lang}&lock=prompt,model&hide=top-k`);
    await expect(page.getByRole('button', { name: free })).toBeVisible();
    await page.getByText(name, { exact: true }).click();
    await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
    await page.goto('about:blank');
    await page.goto(`#${SHORT}&lang=${lang}&embed=1`);
    await expect(page.getByRole('link', { name: /liedwerk/ })).toBeVisible();
    await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
  });
}
