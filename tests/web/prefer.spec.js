// Learn from people: choices by hand and from a file, a reward model, a tuning, old and new side by side.

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';
import { controls } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
function prefer(page) {
  return {
    draw: page.getByRole('button', { name: 'Draw two stanzas' }),
    fit: page.getByRole('button', { name: 'Fit the reward model' }),
    tune: page.getByRole('button', { name: 'Tune the model' }),
    count: page.getByText(/^Choices: /),
    files: page.getByLabel('Add choices from files:'),
  };
}

/** Choices that agree on nothing: of each two stanzas now the one, now the other. */
function contradictory() {
  const choice = (/** @type {number} */ k) => ({
    beginning: '',
    first: `${k}\na`,
    second: `${k}\nb`,
    better: k % 4 < 2 ? 'first' : 'second',
    by: 'hand',
  });
  const lines = [{ liedwerk: 'choices', version: 1 }, ...Array.from({ length: 12 }, (_, k) => choice(k))];
  return lines.map((line) => JSON.stringify(line)).join('\n');
}

/** @param {string} text */
const file = (text) => ({ name: 'choices.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(text) });

test('choices are made by keys, taken back and kept; too few teach nothing', async ({ page }) => {
  await page.goto('#view=prefer&lang=en&seed=1');
  const { status, alert } = controls(page);
  const { draw, count, fit, files } = prefer(page);
  await draw.click();
  await expect(status).toContainText('Which one is better?');
  await expect(page.getByRole('figure').filter({ hasText: /^[12]\S/ })).toHaveCount(2);
  await page.keyboard.press('1');
  await expect(count).toContainText('Choices: 1, of which 1');
  await expect(status).toContainText('Which one is better?');
  await page.keyboard.press('0');
  await expect(count).toContainText('Choices: 2, of which 1');
  await expect(status).toContainText('Which one is better?');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(count).toContainText('Choices: 1, of which 1');
  await page.setViewportSize({ width: 360, height: 740 });
  await expectWellMade(page);
  await fit.click();
  await expect(alert).toContainText('At least ten choices');
  await files.setInputFiles(file('=== a song'));
  await expect(alert).toContainText('no file of choices');
  await page.reload();
  await expect(count).toContainText('Choices: 1, of which 1');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByText('Urteile: 1, davon sagen 1')).toBeVisible();
});

test('a reward model says that nothing can be learned; a tuning stops, is kept, and goes on after a reload', async ({ page }) => {
  test.setTimeout(90_000);
  await page.goto('#view=prefer&lang=en&seed=1');
  const { status } = controls(page);
  const { fit, tune, files, count } = prefer(page);
  await files.setInputFiles(file(contradictory()));
  await expect(count).toContainText('Choices: 12, of which 12');
  await fit.click();
  await expect(page.getByText('nothing can be learned from these choices')).toBeVisible({ timeout: 60_000 });
  await tune.click();
  await expect(status).toContainText('Tuning: step 1', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Tuned model', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Keep the tuned model' })).toBeEnabled();
  await page.reload();
  await page.getByRole('button', { name: 'Go on with the kept tuning' }).click();
  await expect(status).toContainText(/Tuning: step [23]/, { timeout: 60_000 });
});
