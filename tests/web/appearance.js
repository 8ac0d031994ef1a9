// Checks of a page's appearance: no axe violations, and no horizontal overflow.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@playwright/test';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ width: number, colorScheme: 'light' | 'dark', forcedColors?: 'active' | 'none' }} Look */

/** A desktop screen in light mode and a phone in dark mode. @type {Look[]} */
export const SCREEN_AND_PHONE = [
  { width: 1440, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
];
/** @type {Look[]} */
const ALL = [1280, 360].flatMap((width) => [
  { width, colorScheme: 'light' },
  { width, colorScheme: 'dark' },
]);

/** From the narrowest phone to the widest screen, in every scheme of colours. @type {Look[]} */
export const EVERY_LOOK = [320, 1920, 360, 1440, 768].flatMap((width) => [
  { width, colorScheme: 'light' },
  { width, colorScheme: 'dark' },
  { width, colorScheme: 'light', forcedColors: 'active' },
]);

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param {Page} page */
export async function expectNoViolations(page) {
  // Injecting axe takes half a second, so do it once per document.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = /** @type {{ axe: import('axe-core') }} */ (/** @type {unknown} */ (window));
    const { violations } = await axe.run(document, { resultTypes: ['violations'], iframes: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
  expect(found).toEqual([]);
}

/**
 * Checks that every scrollable box is reachable by keyboard. axe only checks boxes that overflow, which depends on the
 * fonts of the machine.
 *
 * @param {Page} page
 */
export async function expectKeyboardToScroll(page) {
  const unreachable = await page.evaluate(() => {
    const reachable = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    const scrolls = (/** @type {string} */ overflow) => overflow === 'auto' || overflow === 'scroll';
    return [...document.body.querySelectorAll('*')]
      .filter((element) => {
        const { overflowX, overflowY } = getComputedStyle(element);
        return (scrolls(overflowX) || scrolls(overflowY)) && element.checkVisibility();
      })
      .filter((element) => !element.matches(reachable) && !element.querySelector(reachable))
      .map((element) => /** @type {Element} */ (element.cloneNode()).outerHTML);
  });
  expect(unreachable).toEqual([]);
}

/** @param {Page} page */
export async function expectNoSidewaysScroll(page) {
  const overflow = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect(overflow).toBeLessThanOrEqual(0);
}

/** @param {Page} page */
export async function expectWellMade(page) {
  await expectNoViolations(page);
  await expectKeyboardToScroll(page);
  await expectNoSidewaysScroll(page);
}

/**
 * Widens the text, whichever fonts the machine has, by more than the spacing that WCAG 1.4.12 requires to work.
 *
 * @param {Page} page
 */
export async function widenFonts(page) {
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { letter-spacing: 0.2em !important; word-spacing: 0.3em !important } math { font-size: 2em !important }');
    document.adoptedStyleSheets.push(sheet);
  });
}

/**
 * Checks the current page in each look, changing width and colour scheme while it is open.
 *
 * @param {Page} page
 * @param {Look[]} [looks]
 */
export async function expectWellMadeInEveryLook(page, looks = ALL) {
  for (const { width, colorScheme, forcedColors = 'none' } of looks) {
    await test.step(`${colorScheme}, ${width} px, forced colours: ${forcedColors}`, async () => {
      await page.emulateMedia({ colorScheme, forcedColors });
      await page.setViewportSize({ width, height: 800 });
      await expectWellMade(page);
    });
  }
}

/**
 * Checks the current page at several widths, from the narrowest phone up.
 *
 * @param {Page} page
 */
export async function expectToFitEveryWidth(page) {
  for (const width of [320, 360, 768, 1280]) {
    await test.step(`${width} px`, async () => {
      await page.setViewportSize({ width, height: 700 });
      await expectNoSidewaysScroll(page);
    });
  }
}
