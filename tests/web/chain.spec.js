// The view "Taylor meets Helene", and navigation between views.

import { expect, test } from '@playwright/test';
import { expectToFitEveryWidth, expectWellMadeInEveryLook } from './appearance.js';
import { BEFOREHAND, controls, copiedLink, expectInHash, generate, holdWeights } from './page.js';
import { clipboard, desk, LORELEY, openChain, openTranslate, stages, translators } from './translating.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
async function sung(page) {
  const { status, song } = stages(page);
  await expect(status).toContainText(/Finished: [\d,]+ characters/);
  return (await song.innerText()).trim();
}

/** @param {Page} page */
async function doAll(page) {
  await stages(page).all.click();
  return await sung(page);
}

/** @param {string} text */
const flat = (text) => text.replace(/\s+/g, ' ').trim();

test('one button goes all the way, and all three stages stay in sight', async ({ page }) => {
  const { german, english, song, status } = await openChain(page);
  await expect(german).toHaveValue(LORELEY);
  const text = await doAll(page);
  const translation = await english.inputValue();
  expect(translation.trim().split('\n')).toHaveLength(4);
  expect(flat(text).startsWith(flat(translation))).toBe(true);
  expect(flat(text).length).toBeGreaterThan(flat(translation).length + 50);
  await expect(status).toContainText('120 characters');
  await expect(page.getByText(/ms per sentence/)).toBeVisible();
  await expect(page.getByText(/characters per second/)).toBeVisible();
  for (const stage of [german, english, song]) await expect(stage).toBeInViewport();
});

test("from the view that translates one click goes on to the song, and the visitor's own wording can come back", async ({ page }) => {
  const { english, restore, status } = await openChain(page);
  await english.fill('My own words.');
  await page.getByRole('link', { name: 'Translate' }).click();
  await expect(page.getByRole('heading', { name: 'Translate' })).toBeVisible();
  await desk(page).german.fill('Die Sonne scheint.');
  await desk(page).translate.click();
  await expect(status).toContainText('Finished');
  await page.getByRole('button', { name: 'Continue as a song' }).click();
  const song = await sung(page);
  expect(flat(song).startsWith(flat(await english.inputValue()))).toBe(true);
  await restore.click();
  await expect(english).toHaveValue('My own words.');
});

test('each stage has its own button', async ({ page }) => {
  const { german, english, song, translate, singOn, status } = await openChain(page);
  await page.getByRole('button', { name: 'Use your own text' }).click();
  await expect(german).toHaveValue('');
  await expect(german).toBeFocused();
  await german.fill('Die Sonne scheint.\nIch singe ein Lied.');
  await translate.click();
  await expect(status).toContainText('Finished: 2 sentences');
  await expect(song).toContainText('The song continues here');
  await english.fill('My heart is in the hills');
  await singOn.click();
  const first = await sung(page);
  expect(first).toMatch(/^My heart is in the hills\n/);
  await singOn.click();
  await expect(song).not.toContainText(first.slice(-40));
  await expect(english).toHaveValue('My heart is in the hills');
});

test('a button pressed before the list of models has arrived does what it says', async ({ page }) => {
  let arrive = () => {};
  const arrived = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  await page.route('**/models/index.json', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto('#view=chain&seed=7&beam=1&length=120');
  const { german, song, translate, status } = stages(page);
  await german.fill('Die Sonne scheint.');
  await translate.click();
  arrive();
  await expect(status).toContainText('Finished: one sentence');
  await expect(song).toContainText('The song continues here');
});

test('one link carries the whole chain', async ({ page, browser }) => {
  const { german, english, copyLink, status } = await openChain(page, 'beam=2&length=300&temperature=0.9&prompt=my+secret');
  await german.fill('Der Mond scheint hell.\nDas „Kind“ & der Vater schlafen.');
  const text = await doAll(page);
  const translation = await english.inputValue();
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  const link = await clipboard(page);
  expect(link).not.toContain('secret');
  expect(new URLSearchParams(new URL(link).hash.slice(1)).has('english')).toBe(false);
  const elsewhere = await browser.newContext({ locale: 'en-GB' });
  const other = await elsewhere.newPage();
  await other.goto(link);
  expect(await sung(other)).toBe(text);
  await expect(stages(other).english).toHaveValue(translation);
  await elsewhere.close();
});

test('the visitor’s own wording survives, here and in the link', async ({ page, browser }) => {
  const { english, copyLink, status } = await openChain(page);
  await doAll(page);
  const own = `${await english.inputValue()}\nAnd oh, the golden comb`;
  await english.fill(own);
  const text = await doAll(page);
  expect(text).toContain('And oh, the golden comb');
  await page.getByRole('link', { name: 'Write' }).click();
  await page.getByRole('link', { name: 'Taylor meets Helene' }).click();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await page.getByRole('button', { name: 'English', exact: true }).click();
  await expect(english).toHaveValue(own);
  await expectInHash(page, (hash) => hash.get('english'), own);
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  const elsewhere = await browser.newContext({ locale: 'en-GB' });
  const other = await elsewhere.newPage();
  await other.goto(await clipboard(page));
  expect(await sung(other)).toBe(text);
  await expect(stages(other).english).toHaveValue(own);
  await elsewhere.close();
});

test('another German text is translated anew, and the own wording can be had back', async ({ page }) => {
  const { german, english, translate, restore, status } = await openChain(page);
  await doAll(page);
  await english.fill('My own words');
  await german.fill('Die Sonne scheint.');
  await expect(page.getByText('has changed since')).toBeVisible();
  const text = await doAll(page);
  expect(text).not.toContain('My own words');
  await expect(page.getByText('has changed since')).toBeHidden();
  await restore.click();
  await expect(english).toHaveValue('My own words');
  await expect(restore).toBeHidden();
  expect(await doAll(page)).toContain('My own words');
  await translate.click();
  await expect(status).toContainText('one sentence');
  await expect(restore).toBeVisible();
});

test('a link says what is on the page, also when the German has changed since', async ({ page }) => {
  const { german, english, copyLink, status } = await openChain(page);
  await doAll(page);
  const translation = await english.inputValue();
  await german.fill('Die Sonne scheint.');
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  await page.goto(await clipboard(page));
  await page.reload();
  await expect(german).toHaveValue('Die Sonne scheint.');
  await expect(english).toHaveValue(translation);
});

test('an old song is one click away', async ({ page }) => {
  const { german, english } = await openChain(page);
  await doAll(page);
  await page.getByRole('button', { name: /Mondnacht/ }).click();
  await expect(german).toHaveValue(/^Es war, als hätt der Himmel/);
  await expect(english).toHaveValue('');
});

test('stops while it translates and while it writes', async ({ page }) => {
  const { german, english, all, stop, status, song } = await openChain(page, 'beam=1&length=10000');
  await german.fill('Das Haus am See ist heute wieder leer.\n'.repeat(400));
  await all.click();
  await expect(english).toHaveValue(/\w/);
  await stop.click();
  await expect(status).toContainText(/Stopped after (one|\d+) sentences?/);
  await expect(song).toContainText('The song continues here');
  await german.fill('Ich singe.');
  await all.click();
  await expect(status).toContainText('writing');
  await expect(song).not.toContainText('The song continues here');
  await page.keyboard.press('Escape');
  await expect(status).toContainText(/Stopped after [\d,]+ characters/);
  await expect(stop).toBeDisabled();
});

test('works by keyboard', async ({ page }) => {
  const { german } = await openChain(page);
  await german.focus();
  await page.keyboard.press('Control+Enter');
  await sung(page);
});

test('nothing to translate and nothing to continue are said', async ({ page }) => {
  const { all, singOn, notes, alert } = await openChain(page, 'german=');
  await all.click();
  await expect(notes).toContainText('no German words');
  await singOn.click();
  await expect(notes).toContainText('no English text yet');
  await expect(alert).toBeEmpty();
});

test('without a translator the song goes on from the visitor’s own English', async ({ page }) => {
  await page.route('**/models/index.json', async (route) => {
    const response = await route.fetch();
    const manifest = await response.json();
    manifest.models = manifest.models.filter((/** @type {any} */ { model_type }) => model_type === 'char_lstm');
    await route.fulfill({ json: manifest });
  });
  await page.goto('#view=chain&seed=7&length=120');
  const { english, translate, all, notes } = stages(page);
  await expect(page.getByText('no translation model')).toBeVisible();
  await expect(translate).toBeDisabled();
  await all.click();
  await expect(notes).toContainText('no translation model');
  await english.fill('The moon is up');
  expect(await doAll(page)).toMatch(/^The moon is up\n/);
});

test('files that cannot be fetched are said, and Try again goes all the way', async ({ page }) => {
  await page.route('**/*.safetensors', (route) => route.abort());
  const { all, alert, english } = await openChain(page, 'beam=1&length=120&english=Mine');
  await expect(alert).toContainText('download-failed');
  await all.click();
  await expect(alert).toContainText('download-failed');
  await expect(english).toHaveValue('Mine');
  await page.unroute('**/*.safetensors');
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(await sung(page)).toMatch(/^Mine\n/);
});

test('old links open Write, and each view has its address', async ({ page }) => {
  await translators(page);
  await page.goto('#seed=7&length=60&prompt=Snow');
  await expect(controls(page).prompt).toHaveValue('Snow');
  await page.getByRole('link', { name: 'Translate' }).click();
  await expectInHash(page, (hash) => hash.get('view'), 'translate');
  await expect(page).toHaveTitle(/Translate/);
  await desk(page).german.fill('Schnee');
  await page.getByRole('link', { name: 'Write' }).click();
  await page.getByRole('link', { name: 'Taylor meets Helene' }).click();
  await expectInHash(page, (hash) => hash.get('view'), 'chain');
  await expect(stages(page).german).toHaveValue('Schnee');
  await page.goBack();
  await page.goBack();
  await expect(desk(page).german).toHaveValue('Schnee');
  await page.goBack();
  await expect(controls(page).prompt).toHaveValue('Snow');
  await expectInHash(page, (hash) => [hash.get('view'), hash.get('german')], [null, 'Schnee']);
  expect(await generate(page)).toMatch(/^Snow/);
  await page.goForward();
  await page.goForward();
  await page.goForward();
  await expect(page.getByRole('link', { name: 'Taylor meets Helene' })).toHaveAttribute('aria-current', 'page');
});

test('back opens the view that was there, also when the page is slow to notice', async ({ page }) => {
  // Runs before the page's own listeners: types something on popstate, and delays hashchange, as on a busy page, until
  // after the typed text would have been written.
  await page.addInitScript(() => {
    const type = () => document.activeElement?.dispatchEvent(new Event('input', { bubbles: true }));
    /** @param {Event} event */
    const delay = (event) => {
      event.stopImmediatePropagation();
      setTimeout(() => window.dispatchEvent(new HashChangeEvent('hashchange')), 500);
    };
    window.addEventListener('popstate', type, { once: true });
    window.addEventListener('hashchange', delay, { once: true });
  });
  await page.goto('#seed=7&length=60&prompt=Snow');
  await expect(controls(page).prompt).toHaveValue('Snow');
  await page.getByRole('link', { name: 'Translate' }).click();
  const { german, status } = desk(page);
  // The first visit translates the initial song.
  await expect(status).toContainText('Finished');
  await german.fill('Schnee');
  await expect(german).toBeFocused();
  await page.goBack();
  await expect(controls(page).prompt).toHaveValue('Snow');
  await expectInHash(page, (hash) => [hash.get('view'), hash.get('german')], [null, 'Schnee']);
});

test('what was computed beforehand is not the visitor’s own, and its song goes with a new translation', async ({ page }) => {
  const release = await holdWeights(page);
  await page.goto('#view=chain');
  const { german, english, translate, song, status } = stages(page);
  await expect(page.getByText(BEFOREHAND)).toHaveCount(2);
  expect(await copiedLink(page)).not.toContain('english=');
  release();
  await german.fill('Die Sonne scheint.');
  await translate.click();
  await expect(status).toContainText('Finished');
  await expect(english).toHaveValue(/sun/i);
  await expect(song).toHaveText('The song continues here.');
});

test('a song that continues what was computed beforehand is proven with it', async ({ page }) => {
  const release = await holdWeights(page);
  await page.goto('#view=chain');
  const { english, singOn, status } = stages(page);
  await expect(page.getByText(BEFOREHAND)).toHaveCount(2);
  const stored = await english.inputValue();
  await singOn.click();
  release();
  await expect(status).toContainText('Finished');
  await expect(english).toHaveValue(stored);
  const link = await copiedLink(page, 'proves');
  expect(link).not.toContain('english=');
  expect(link.match(/proof=/g)).toHaveLength(2);
  await page.goto('about:blank');
  await page.goto(link);
  await expect(status).toContainText('Finished');
  await expect(english).toHaveValue(stored);
  await expect(page.getByRole('region', { name: 'Link check' })).toContainText('Verified');
});

test('leaving a view ends what it was doing', async ({ page }) => {
  const { german, translate, status } = await openTranslate(page);
  await german.fill('Das Haus am See ist heute wieder leer.\n'.repeat(400));
  await translate.click();
  await expect(status).toContainText('translating');
  await page.getByRole('link', { name: 'Write' }).click();
  await generate(page);
  await page.getByRole('link', { name: 'Translate' }).click();
  await expect(status).toContainText('Stopped');
});

test('axe finds nothing and nothing scrolls sideways', async ({ page }) => {
  const { status } = await openChain(page);
  await expect(status).toContainText('ready');
  await expectWellMadeInEveryLook(page);
  await page.getByText('Settings', { exact: true }).click();
  await doAll(page);
  await expectWellMadeInEveryLook(page);
});

test('fits every width', async ({ page }) => {
  const { german } = await openChain(page);
  await german.fill('x'.repeat(300));
  await doAll(page);
  await expectToFitEveryWidth(page);
});
