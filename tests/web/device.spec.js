// The choice of device, in a browser without WebGPU.

import { expect, test } from '@playwright/test';
import { expectWellMadeInEveryLook, SCREEN_AND_PHONE } from './appearance.js';
import { device, expectInHash, open, SHORT } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

const NONE = 'No WebGPU in this browser: using the CPU.';

/** @param {Page} page */
async function written(page) {
  await page.getByRole('button', { name: 'Generate' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Finished' })).toBeVisible();
  return await page.getByRole('region', { name: 'Song' }).innerText();
}

for (const choice of ['GPU', 'Automatic']) {
  test(`${choice} without WebGPU says so, and the CPU writes`, async ({ page }) => {
    await open(page, `${SHORT}&keep-seed=1`);
    const { choice: field, badge } = device(page);
    await expect(field).toHaveValue('cpu');
    await expect(badge).toBeHidden();
    const text = await written(page);
    await field.selectOption(choice);
    await expect(badge).toHaveText(NONE);
    expect(await written(page)).toBe(text);
    await expect(page.getByText(/characters per second$/)).toBeVisible();
  });
}

test('the choice is remembered, and no part of the address', async ({ page }) => {
  await page.goto(`#${SHORT}`);
  const { choice, badge } = device(page);
  await choice.selectOption('GPU');
  await expect(badge).toHaveText(NONE);
  await page.getByRole('textbox', { name: 'Start with' }).fill('Snow');
  await expectInHash(page, (hash) => Object.fromEntries(hash), { seed: '7', length: '120', prompt: 'Snow' });
  await page.reload();
  await expect(choice).toHaveValue('gpu');
  await expect(badge).toHaveText(NONE);
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('status', { name: 'Rechnen auf' })).toHaveText('Kein WebGPU in diesem Browser: Die CPU übernimmt.');
  await page.getByRole('button', { name: 'English' }).click();
  await choice.selectOption('CPU');
  await expect(badge).toBeHidden();
  await page.reload();
  await expect(choice).toHaveValue('cpu');
});

test('without storage the choice lasts as long as the page', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await open(page);
  const { choice, badge } = device(page);
  await choice.selectOption('Automatic');
  await expect(badge).toHaveText(NONE);
  await written(page);
  await page.reload();
  await expect(choice).toHaveValue('cpu');
});

for (const locale of ['en-GB', 'de-DE']) {
  test(`axe finds nothing and nothing scrolls sideways: ${locale}`, async ({ browser }) => {
    const context = await browser.newContext({ locale });
    const page = await context.newPage();
    await page.goto(`#${SHORT}`);
    await page.getByRole('combobox', { name: /Run on|Rechnen auf/ }).selectOption('gpu');
    await expect(page.getByText(/(No|Kein) WebGPU/)).toBeVisible();
    await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
    await context.close();
  });
}
