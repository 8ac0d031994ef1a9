// The view "GAN in 2D": training of the networks, and drawing of points.

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';
import { longestTask } from './main-thread.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Returns the percentages of generated points near real ones, and of real points near generated ones.
 *
 * @param {Page} page
 */
async function nearness(page) {
  const told = await page.getByText(/Of the generated points/).innerText();
  return [...told.matchAll(/(\d+)%/g)].map(([, percent]) => Number(percent));
}

test('noise becomes a ring while the page stays free; steps by hand; a reload finds the same points', async ({ page }) => {
  test.setTimeout(60_000);
  await page.goto('#view=gan&seed=3&lang=en');
  const step = page.getByRole('main').getByRole('status');
  await expect(step).toHaveText('Step 0');
  const first = await nearness(page);
  await page.getByRole('button', { name: 'One step' }).click();
  await expect(step).toHaveText('Step 1');
  await page.getByRole('button', { name: 'Train only the generator' }).click();
  await expect(step).toHaveText('Step 2');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  const longest = await longestTask(page, () => page.waitForTimeout(1500));
  expect(longest).toBeLessThan(50);
  await page.getByRole('button', { name: 'Pause' }).click();
  const [precision, recall] = await nearness(page);
  expect(precision + recall).toBeGreaterThan(first[0] + first[1] + 20);
  await page.reload();
  await expect(step).toHaveText('Step 0');
  expect(await nearness(page)).toEqual(first);
});

test('one draws points with the keyboard, in German, on a phone; nothing for axe to find', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto('#view=gan&seed=3&lang=en');
  await page.getByRole('combobox', { name: 'Real points' }).selectOption('Draw your own');
  await page.getByRole('application', { name: /Real and generated points/ }).focus();
  for (const key of ['Space', 'ArrowRight', 'Space', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'One step' }).click();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Step 1');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('checkbox', { name: 'Zeitlupe' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('status')).toHaveText('Schritt 1');
  await expectWellMade(page);
});
