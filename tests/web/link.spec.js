import { expect, test } from '@playwright/test';
import { controls, copiedLink, expectInHash, finished, generate, holdWeights, open, SHORT, WEIGHTS } from './page.js';

test('a copied link gives the same 1,000 characters elsewhere', async ({ page, browser }) => {
  const { prompt } = await open(page, 'seed=11&length=1000&temperature=0.9&top-p=0.95');
  await prompt.fill('When “evening” falls — on hill & stream,\nI');
  const text = await generate(page);
  const link = await copiedLink(page);
  const elsewhere = await browser.newContext({ locale: 'en-GB' });
  const other = await elsewhere.newPage();
  await other.goto(link);
  expect(await finished(other)).toBe(text);
  expect(text.length).toBeGreaterThan(1000);
  await elsewhere.close();
});

test('a copied link with a very long beginning gives the same text', async ({ page, browser }) => {
  const { prompt } = await open(page, SHORT);
  await prompt.fill(Array.from({ length: 9_000 }, (_, i) => `line ${i}`).join(' '));
  const text = await generate(page);
  const link = await copiedLink(page);
  const elsewhere = await browser.newContext({ locale: 'en-GB' });
  const other = await elsewhere.newPage();
  await other.goto(link);
  expect(await finished(other)).toBe(text);
  await elsewhere.close();
});

test('a link is copied while the model is still on its way, and that stays said', async ({ page }) => {
  const release = await holdWeights(page);
  const { copyLink, status } = await open(page, SHORT);
  await expect(status).toContainText('Loading');
  const weights = page.waitForResponse(WEIGHTS);
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  release();
  await (await weights).finished();
  // Loading the weights must not overwrite the status.
  await page.waitForTimeout(1_000);
  await expect(status).toContainText('Link copied');
});

test('every setting goes into the link and comes back', async ({ page }) => {
  const { prompt } = await open(page, 'seed=5');
  await prompt.fill('O');
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Temperature').fill('1.25');
  await page.getByLabel('Top-k').fill('12');
  await page.getByLabel('Top-p').fill('0.8');
  await page.getByLabel('Repetition penalty').fill('1.1');
  await page.getByLabel('Length').fill('90');
  await page.getByLabel('Seed', { exact: true }).fill('9007199254740991');
  const expected = {
    prompt: 'O',
    temperature: '1.25',
    'top-k': '12',
    'top-p': '0.8',
    repetition: '1.1',
    length: '90',
    seed: '9007199254740991',
  };
  await expectInHash(page, (hash) => Object.fromEntries(hash), expected);
  await page.reload();
  await page.getByText('Settings', { exact: true }).click();
  await expect(prompt).toHaveValue('O');
  await expect(page.getByLabel('Temperature')).toHaveValue('1.25');
  await expect(page.getByLabel('Top-k')).toHaveValue('12');
  await expect(page.getByLabel('Top-p')).toHaveValue('0.8');
  await expect(page.getByLabel('Repetition penalty')).toHaveValue('1.1');
  await expect(page.getByLabel('Length')).toHaveValue('90');
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('9007199254740991');
});

test('a first visit gets a seed, and the address says which; the sampling of its song stays in its view', async ({ page }) => {
  await page.goto('');
  await expectInHash(page, (hash) => /^\d+$/.test(hash.get('seed') ?? ''), true);
  for (const [view, least] of /** @type {const} */ ([
    ['Look inside', null],
    ['Write', '0.03'],
  ])) {
    await page.getByRole('link', { name: view, exact: true }).click();
    await expectInHash(page, (hash) => hash.get('min-p'), least);
    await expect(page.getByRole('group', { name: 'Changed settings' }).filter({ visible: true })).toHaveCount(0);
  }
});

test('a hostile link is ignored field by field', async ({ page }) => {
  const hostile = new URLSearchParams({
    temperature: 'NaN',
    'top-k': '-5',
    'top-p': '1e400',
    repetition: 'Infinity',
    length: '99999999999',
    seed: '1.5',
    model: '../../../etc/passwd',
    lang: '<script>alert(1)</script>',
    prompt: '<img src=x onerror=alert(1)>',
    __proto__: 'x',
    constructor: 'x',
  });
  page.on('dialog', () => expect(false, 'a script of the link ran').toBe(true));
  const { prompt, alert } = await open(page, `${hostile}&%E0%A4%A=%`);
  await page.getByText('Settings', { exact: true }).click();
  await expect(page.getByLabel('Temperature')).toHaveValue('0.6');
  await expect(page.getByLabel('Top-k')).toHaveValue('0');
  await expect(page.getByLabel('Top-p')).toHaveValue('0.9');
  await expect(page.getByLabel('Repetition penalty')).toHaveValue('1');
  await expect(page.getByLabel('Length')).toHaveValue('600');
  await expect(prompt).toHaveValue('<img src=x onerror=alert(1)>');
  await page.getByLabel('Length').fill('60');
  expect(await generate(page)).toContain('img src');
  await expect(alert).toBeEmpty();
});

test('a good field beside bad ones still counts', async ({ page }) => {
  await open(page, 'seed=42&temperature=9&length=50');
  await page.getByText('Settings', { exact: true }).click();
  await expect(page.getByLabel('Seed', { exact: true })).toHaveValue('42');
  await expect(page.getByLabel('Length')).toHaveValue('50');
  await expect(page.getByLabel('Temperature')).toHaveValue('0.6');
});

test('a link with a megabyte of beginning is cut and works', async ({ page }) => {
  const { prompt } = await open(page, `${SHORT}&prompt=${'x'.repeat(1_000_000)}tail`);
  await expect(prompt).toHaveValue(/tail$/);
  expect((await prompt.inputValue()).length).toBeLessThan(5_000);
  await generate(page);
});

test('a link opened in the same tab takes effect', async ({ page }) => {
  await open(page);
  const first = await generate(page);
  await page.evaluate(() => {
    location.hash = 'seed=8&length=120&prompt=Snow&go=1';
  });
  await expect(controls(page).song).toContainText('Snow');
  expect(await finished(page)).not.toBe(first);
});
