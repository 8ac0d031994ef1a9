// Accessibility and layout, light and dark, wide and narrow.

import { expect, test } from '@playwright/test';
import { EVERY_LOOK, expectNoViolations, expectToFitEveryWidth, expectWellMadeInEveryLook, SCREEN_AND_PHONE, widenFonts } from './appearance.js';
import { controls, expectInHash, generate, open, SHORT } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
async function openAllDisclosures(page) {
  for (const name of ['Form', 'Settings', 'About this model']) await page.getByText(name, { exact: true }).click();
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
    await expect(
      controls(page)
        .status.filter({ hasText: /Finished|ends here/ })
        .first(),
    ).toBeVisible();
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
    await expect(places).toHaveCount(6);
    // All looks of all views would take minutes, so they take turns. German has longer words: on narrow screens only.
    const looks = language === 'de' ? EVERY_LOOK.filter(({ width }) => width <= 360) : EVERY_LOOK;
    let turn = 0;
    for (let i = 0; i < 6; i += 1) {
      await places.nth(i).click();
      await expect(places.nth(i)).toHaveAttribute('aria-current', /page|true/);
      const views = page.getByRole('navigation').nth(1).getByRole('link');
      const count = await views.count();
      for (let j = 0; j < Math.max(1, count); j += 1) {
        if (count > 0) await views.nth(j).click();
        await expect(count > 0 ? views.nth(j) : places.nth(i)).toHaveAttribute('aria-current', 'page');
        await expect(page.getByRole('main').getByRole('heading').first()).toBeAttached();
        const view = `${await places.nth(i).innerText()} ${j}`;
        const some = Array.from({ length: language === 'de' ? 1 : 2 }, () => looks[turn++ % looks.length]);
        await test.step(view, () => expectWellMadeInEveryLook(page, some));
      }
    }
    // All places are visible, from the narrowest phone to the widest screen.
    for (const width of [320, 360, 768, 1920]) {
      await page.setViewportSize({ width, height: 700 });
      for (const link of await places.all()) {
        await expect(link).toBeInViewport({ ratio: 1 });
        expect(await link.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
      }
    }
    const { origin } = new URL(page.url());
    expect(asked.filter((url) => new URL(url).origin !== origin)).toEqual([]);
  });
}

for (const [name, hash] of [
  ['the lecture', 'view=lecture&step=4'],
  ['attention in the lecture', 'view=lecture&case=translation&step=5'],
]) {
  test(`fonts that are wide: ${name}`, async ({ page }) => {
    await page.goto(`#${hash}`);
    await widenFonts(page);
    const math = page.getByRole('math');
    await expect(math).toBeVisible();
    await page.setViewportSize({ width: 360, height: 800 });
    const tooWide = () => math.evaluate(({ parentElement: box }) => box && box.scrollWidth > box.clientWidth);
    expect(await tooWide()).toBe(true);
    await expectNoViolations(page);
    const formula = page.getByRole('group', { name: /Formula|Formel/ });
    await formula.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => formula.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
    // The arrow key has scrolled the formula, not turned the page.
    await expect(math).toBeVisible();
    expect(new URL(page.url()).hash).toContain(hash.slice(hash.indexOf('step')));
  });
}

test('fonts that are wide: Look inside', async ({ page }) => {
  await page.goto(`#view=look&look=gpt-songs&prompt=Hello&length=4&seed=7`);
  await expect(controls(page).status).toContainText('ready');
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(controls(page).status).toContainText('Finished');
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await widenFonts(page);
  await page.setViewportSize({ width: 360, height: 800 });
  await expectNoViolations(page);
});

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

test('a first visit loads its own style sheets only, and looks the same once the others have arrived', async ({ page }) => {
  /** @type {string[]} */
  const loaded = [];
  page.on('request', (request) => request.url().endsWith('.css') && loaded.push(new URL(request.url()).pathname));
  await open(page, '');
  await openAllDisclosures(page);
  await generate(page);
  const everything = page.getByRole('main').locator('.write *').or(page.getByRole('banner').locator('*'));
  const looks = async () => {
    await page.mouse.move(0, 0);
    return everything.evaluateAll((elements) =>
      elements.map((element) => {
        const { x, width, height } = element.getBoundingClientRect();
        const { color, backgroundColor, borderTop, font, display } = getComputedStyle(element);
        return [element.tagName, element.getAttribute('class'), x, width, height, color, backgroundColor, borderTop, font, display].join(' ');
      }),
    );
  };
  expect(loaded.filter((path) => path.includes('/places/'))).toEqual([expect.stringContaining('write/write.css')]);
  const before = await looks();
  await page.getByRole('link', { name: 'Translate' }).click();
  await expect(page.getByRole('heading', { name: 'Translate' })).toBeAttached();
  expect(loaded.length).toBeGreaterThan(12);
  await page.getByRole('link', { name: 'Write' }).click();
  expect(await looks()).toEqual(before);
});

test('a style sheet that has not arrived does once the view is visited again', async ({ page }) => {
  const SHEET = '**/chain.css';
  await page.route(SHEET, (route) => route.abort());
  const { status } = await open(page, '');
  await expect(status).toContainText('ready');
  await page.getByRole('link', { name: 'Translate' }).click();
  await expect(page.getByRole('button', { name: 'Reload' })).toBeVisible();
  await page.unroute(SHEET);
  await page.getByRole('link', { name: 'Write' }).click();
  await page.getByRole('link', { name: 'Translate' }).click();
  await expect(page.getByRole('heading', { name: 'Translate' })).toBeAttached();
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

test('the first Tab leads past the links, and forced colours still tell where one is', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await expect((await open(page)).generate).toBeVisible();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await expectNoViolations(page);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await expectInHash(page, (hash) => hash.get('seed'), '7');
  const line = (/** @type {string} */ name) => page.getByRole('link', { name }).evaluate((link) => getComputedStyle(link).borderBottomColor);
  expect(await line('Write')).not.toBe(await line('Translate'));
});
