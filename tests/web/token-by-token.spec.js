// Token by token: the table of each step, choosing tokens, going back, the link.

import { expect, test } from '@playwright/test';
import { expectInHash } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

const START = 'view=lab&model=char-lstm-songs&seed=5&length=40&prompt=My+love+is+li';

/** @param {Page} page */
function lab(page) {
  const button = (/** @type {string} */ name) => page.getByRole('button', { name, exact: true });
  const table = page.getByRole('table', { name: 'What could have come here' });
  return {
    step: button('Step'),
    back: button('Back'),
    play: button('Play'),
    pause: button('Pause'),
    finish: button('To the end'),
    song: page.getByRole('region', { name: 'Song' }),
    status: page.getByRole('status'),
    table,
    rows: table.locator('tbody tr'),
    drawn: table.getByRole('row').filter({ hasText: 'drawn' }),
  };
}

/**
 * @param {Page} page
 * @param {string} [hash]
 */
async function open(page, hash = START) {
  await page.goto(`#${hash}`);
  const parts = lab(page);
  await expect(parts.status).toContainText('ready');
  return parts;
}

test('a step shows what could have come, the shares add up, and a curve shows what temperature changes', async ({ page }) => {
  const { step, rows, table, drawn, status } = await open(page);
  await step.click();
  await expect(status).toHaveText('Tokens so far: 1.');
  await expect(drawn).toHaveCount(1);
  const share = async (/** @type {number} */ column) => {
    const cells = await table.locator(`tbody td:nth-child(${column}), tfoot td:nth-child(${column})`).allInnerTexts();
    return cells.reduce((sum, text) => sum + (Number.parseFloat(text) || 0), 0);
  };
  expect(await rows.count()).toBeGreaterThanOrEqual(10);
  expect(Math.abs((await share(2)) - 100)).toBeLessThan(1);
  expect(Math.abs((await share(3)) - 100)).toBeLessThan(1);
  await page.getByText('How temperature changes the probabilities').click();
  const curves = page.getByRole('figure').filter({ hasText: 'Probability by temperature' });
  await curves.getByText('As a table').click();
  const first = await rows.first().locator('td').first().innerText();
  await expect(curves.getByRole('row', { name: /^1 / }).getByRole('cell').first()).toHaveText(first);
});

test('a click on a row puts its token into the text, and it goes on from there', async ({ page }) => {
  const { step, rows, song, status } = await open(page);
  await step.click();
  await expect(status).toHaveText('Tokens so far: 1.');
  const other = rows.filter({ hasNotText: 'drawn' }).getByRole('button', { name: 'p', exact: true });
  await other.click();
  await expect(status).toHaveText('Tokens so far: 2.');
  await expect(song).toContainText('My love is lip');
  await expectInHash(page, (hash) => hash.get('forced')?.startsWith('0.'), true);
});

test('back and on again gives the same token', async ({ page }) => {
  const { step, back, finish, song, status } = await open(page);
  await finish.click();
  await expect(status).toHaveText('The text ends here. Tokens: 40.');
  const whole = await song.innerText();
  for (const left of [39, 38]) {
    await back.click();
    await expect(status).toHaveText(`Tokens so far: ${left}.`);
  }
  await step.click();
  await expect(status).toHaveText('Tokens so far: 39.');
  await step.click();
  await expect(status).toHaveText('The text ends here. Tokens: 40.');
  expect(await song.innerText()).toBe(whole);
});

test('another top-k cuts the table that is shown, and says why', async ({ page }) => {
  const { step, rows, drawn, status } = await open(page);
  await step.click();
  await expect(status).toHaveText('Tokens so far: 1.');
  await page.getByLabel('Top-k').fill('1');
  await expect(drawn.locator('td').nth(1)).toHaveText('100.0%');
  await expect(rows.filter({ hasText: 'cut by top-k' })).toHaveCount(9);
});

test('a link with what was put into the text gives the text', async ({ page }) => {
  const { step, finish, rows, song, status } = await open(page);
  await step.click();
  await rows.getByRole('button', { name: 'p', exact: true }).click();
  await expect(status).toHaveText('Tokens so far: 2.');
  await finish.click();
  await expect(status).toContainText('ends here. Tokens: 40');
  const text = await song.innerText();
  await expectInHash(page, (hash) => hash.has('forced'), true);
  // After a reload the view writes its text again by itself.
  await page.reload();
  await expect(status).toContainText('ends here. Tokens: 40');
  expect(await song.innerText()).toBe(text);
});

test('a slider moved while the model writes counts as soon as it has written', async ({ page }) => {
  const { finish, drawn, pause } = await open(page, START.replace('length=40', 'length=2000'));
  await finish.click();
  await page.getByLabel('Top-k').fill('1');
  await expect(pause).toBeDisabled();
  await expect(drawn.locator('td').nth(1)).toHaveText('100.0%');
});

test('a step asked for before the list of models has arrived is one step', async ({ page }) => {
  let arrive = () => {};
  const arrived = new Promise((resolve) => {
    arrive = () => resolve(undefined);
  });
  await page.route('**/models/index.json', async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto(`#${START}`);
  const { step, status } = lab(page);
  await step.click();
  arrive();
  await expect(status).toHaveText('Tokens so far: 1.');
});

test('plays slowly, and pauses', async ({ page }) => {
  const { play, pause, status, song } = await open(page);
  await play.click();
  await expect(song.getByRole('button').nth(2)).toBeVisible();
  await pause.click();
  await expect(status).toHaveText(/^Tokens so far: [\d,]+\.$/);
  await expect(pause).toBeDisabled();
});

test('a token of the text shows its table, by mouse and by keyboard', async ({ page }) => {
  const { finish, song, status, drawn } = await open(page);
  await finish.click();
  await expect(status).toContainText('ends here. Tokens: 40');
  const tokens = song.getByRole('button');
  await tokens.first().click();
  await expect(tokens.first()).toHaveAttribute('aria-pressed', 'true');
  const first = await drawn.innerText();
  await page.keyboard.press('ArrowRight');
  await expect(tokens.nth(1)).toBeFocused();
  await expect(drawn).not.toHaveText(first);
});

test('nonsense in a link is left out', async ({ page }) => {
  const { finish, status } = await open(page, `${START}&forced=0.99999999-x`);
  await finish.click();
  await expect(status).toContainText('ends here. Tokens: 40');
});

test('a token that the model does not have is an error with a code', async ({ page }) => {
  const { finish } = await open(page, `${START}&forced=0.4000`);
  await finish.click();
  await expect(page.getByRole('alert')).toContainText('bad-option');
});

test('a text that was begun goes on after another view has used the model', async ({ page }) => {
  const { finish, step, back, song, status } = await open(page);
  await finish.click();
  await expect(status).toContainText('ends here. Tokens: 40');
  const whole = await song.innerText();
  await back.click();
  await expect(status).toHaveText('Tokens so far: 39.');
  await page.getByRole('link', { name: 'Write' }).click();
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('status')).toContainText('Finished');
  await page.getByRole('link', { name: 'Look inside' }).click();
  await step.click();
  await expect(status).toContainText('ends here. Tokens: 40');
  expect(await song.innerText()).toBe(whole);
});
