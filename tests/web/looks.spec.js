// Accessibility and layout, light and dark, wide and narrow.

import { expect, test } from '@playwright/test';
import { expectNoViolations, expectToFitEveryWidth, expectWellMadeInEveryLook, SCREEN_AND_PHONE } from './appearance.js';
import { controls, generate, open, SHORT } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
async function openAllDisclosures(page) {
  await page.getByText('Settings', { exact: true }).click();
  await page.getByText('About this model').click();
}

test('writing: axe finds nothing and nothing scrolls sideways', async ({ page }) => {
  const { prompt } = await open(page);
  await expect(controls(page).status).toContainText('ready');
  await expectWellMadeInEveryLook(page);
  await openAllDisclosures(page);
  await prompt.fill('Snow \u2603');
  await generate(page);
  await expectWellMadeInEveryLook(page);
});

for (const view of ['lab', 'duel']) {
  test(`${view}: axe finds nothing and nothing scrolls sideways`, async ({ page }) => {
    await page.goto(`#view=${view}&${SHORT}`);
    await expect(controls(page).status.filter({ hasText: 'ready' }).last()).toBeVisible();
    await page.getByRole('button', { name: view === 'lab' ? 'To the end' : 'Generate' }).click();
    await expect(controls(page).status.filter({ hasText: /Finished|ends here/ }).first()).toBeVisible();
    await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
  });
}

for (const language of /** @type {const} */ (['de', 'en'])) {
  test(`axe finds nothing and nothing scrolls sideways in any place of the page: ${language}`, async ({ page }) => {
    test.setTimeout(120_000);
    /** @type {string[]} */
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await open(page, `${SHORT}&lang=${language}`);
    const places = page.getByRole('navigation').first().getByRole('link');
    const count = await places.count();
    expect(count).toBeGreaterThan(6);
    for (let i = 0; i < count; i += 1) {
      await places.nth(i).click();
      await expect(places.nth(i)).toHaveAttribute('aria-current', 'page');
      await expect(page.getByRole('main').getByRole('heading').first()).toBeAttached();
      const place = await places.nth(i).innerText();
      await test.step(place, () => expectWellMadeInEveryLook(page, SCREEN_AND_PHONE));
    }
    const { origin } = new URL(page.url());
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
  });
}

test('axe finds nothing while an error is shown', async ({ page }) => {
  await page.route('**/models/index.json', (route) => route.fulfill({ status: 404, body: '' }));
  const { alert } = await open(page);
  await expect(alert).toContainText('bad-manifest');
  await expectNoViolations(page);
});

test('writing fits every width', async ({ page }) => {
  const { prompt } = await open(page);
  await expect(controls(page).status).toContainText('ready');
  await openAllDisclosures(page);
  await prompt.fill('x'.repeat(300));
  await generate(page);
  await expectToFitEveryWidth(page);
});

test('the page keeps its own content security policy', async ({ page }) => {
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await open(page);
  await generate(page);
  expect(complaints).toEqual([]);
});
