// Learn from people: choices by hand and from a file, reward model, tuning, comparison of both models.

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';
import { controls } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
function prefer(page) {
  return {
    draw: page.getByRole('button', { name: 'Write two stanzas' }),
    fit: page.getByRole('button', { name: 'Train the reward model' }),
    tune: page.getByRole('button', { name: 'Tune the model' }),
    count: page.getByText(/^Choices: /),
    files: page.getByLabel('Add choices from files:'),
  };
}

/** Choices without a consistent preference: now for the first stanza, now for the second. */
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
  const { count, fit, files } = prefer(page);
  // The first two stanzas were written beforehand.
  await expect(page.getByText(/^Two stanzas, written beforehand/)).toBeInViewport();
  const pair = page.getByRole('figure').filter({ hasText: /^[12]\S/ });
  await expect(pair).toHaveCount(2);
  const [before] = await pair.allInnerTexts();
  await page.keyboard.press('1');
  await expect(status).toContainText('Which one is better?');
  await expect(page.getByText(/^Two stanzas, written beforehand/)).toBeHidden();
  await expect(pair.first()).not.toHaveText(before);
  await expect(pair.first()).toBeInViewport();
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
  await expect(alert).toContainText('not a file of choices');
  await page.getByLabel('or a judge').selectOption('who likes cheerful lines');
  await page.getByRole('button', { name: 'Let the judge' }).click();
  await expect(count).toContainText(/^Choices: ([2-9]|\d\d)/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(status).toContainText('The judge has made');
  const made = await count.textContent();
  await page.reload();
  await expect(count).toHaveText(made ?? '');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByText(/^Urteile: \d+, davon sagen/)).toBeVisible();
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
  await expect(page.getByLabel('Model', { exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Tuned model', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('button', { name: 'Keep the tuned model' })).toBeEnabled();
  await files.setInputFiles(file(contradictory()));
  await expect(count).toContainText('Choices: 24, of which 24');
  await page.reload();
  await page.getByRole('button', { name: 'Resume the saved tuning' }).click();
  await expect(status).toContainText(/Tuning: step [23]/, { timeout: 60_000 });
  // The resumed tuning uses its own choices, and the current ones are not lost.
  await expect(count).toContainText('Choices: 24, of which 24');
});

test('a copy of the model learns stanzas that it is shown, and is the model of the next steps', async ({ page }) => {
  await page.goto('#view=prefer&lang=en&seed=1');
  const { status } = controls(page);
  const { draw } = prefer(page);
  await page.getByLabel('Stanzas to learn from').fill('=== Rain\nrain on the roof\n\nrain on the sea\n\nrain on me');
  await page.getByLabel('Layers to train').selectOption('last');
  await page.getByRole('button', { name: 'Let a copy learn from them' }).click();
  await expect(status).toContainText('Learned.', { timeout: 30_000 });
  await expect(page.getByLabel('Model', { exact: true }).locator('option:checked')).toContainText('with stanzas');
  await draw.click();
  await expect(status).toContainText('Which one is better?');
});
