// Accessibility and layout, light and dark, wide and narrow.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { controls, generate, open, SHORT } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
async function expectNoViolations(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  expect(found).toEqual([]);
}

/** @param {Page} page */
function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** @param {Page} page */
async function openAllDisclosures(page) {
  await page.getByText('Settings', { exact: true }).click();
  await page.getByText('About this model').click();
}

for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing: ${colorScheme}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const { prompt } = await open(page);
      await expect(controls(page).status).toContainText('ready');
      await expectNoViolations(page);
      await openAllDisclosures(page);
      await prompt.fill('Snow \u2603');
      await generate(page);
      await expectNoViolations(page);
    });
  }
}

for (const view of ['lab', 'duel']) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing and nothing scrolls sideways: ${view}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: width === 360 ? 'dark' : 'light' });
      await page.setViewportSize({ width, height: 800 });
      await page.goto(`#view=${view}&${SHORT}`);
      await expect(controls(page).status.filter({ hasText: 'ready' }).last()).toBeVisible();
      await page.getByRole('button', { name: view === 'lab' ? 'To the end' : 'Generate' }).click();
      await expect(controls(page).status.filter({ hasText: /Finished|ends here/ }).first()).toBeVisible();
      await expectNoViolations(page);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    });
  }
}

for (const language of /** @type {const} */ (['de', 'en'])) {
  for (const width of [360, 1440]) {
    test(`axe finds nothing and nothing scrolls sideways in any place of the page: ${language}, ${width} px`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: (width === 360) === (language === 'de') ? 'dark' : 'light' });
      await page.setViewportSize({ width, height: 800 });
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
        await test.step(place, () => expectNoViolations(page));
        expect(await overflow(page), place).toBeLessThanOrEqual(0);
      }
      const { origin } = new URL(page.url());
      expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
    });
  }
}

test('axe finds nothing while an error is shown', async ({ page }) => {
  await page.route('**/models/index.json', (route) => route.fulfill({ status: 404, body: '' }));
  const { alert } = await open(page);
  await expect(alert).toContainText('bad-manifest');
  await expectNoViolations(page);
});

for (const width of [320, 360, 768, 1280]) {
  test(`nothing scrolls sideways at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 700 });
    const { prompt } = await open(page);
    await expect(controls(page).status).toContainText('ready');
    await openAllDisclosures(page);
    await prompt.fill('x'.repeat(300));
    await generate(page);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
}

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
