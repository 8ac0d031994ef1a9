// The view "Draw": text to image.

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';

test('a drawing stands there; another grows step by step, its words act somewhere, and a song can be about it', async ({ page }) => {
  await page.goto('#view=draw&seed=3&drawing-steps=4&lang=en');
  const main = page.getByRole('main');
  const told = main.getByRole('status');
  await expect(told).toHaveText(/^Computed beforehand/);
  await page.getByRole('textbox', { name: 'What to draw' }).fill('green tree right of a yelow rose, with an astronaut');
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await expect(told).toHaveText(/^Drawn in /, { timeout: 20_000 });
  await expect(main.getByText('yelow → yellow, rose → flower')).toBeVisible();
  await expect(main.getByText(/astronaut/)).toBeVisible();
  const picture = page.getByRole('img', { name: /^The picture/ });
  const pixels = () => picture.evaluate((/** @type {HTMLCanvasElement} */ canvas) => canvas.toDataURL());
  const plain = await pixels();
  await page.getByRole('button', { name: 'tree', exact: true }).focus();
  expect(await pixels()).not.toBe(plain);
  await page.getByRole('slider', { name: 'Step' }).fill('1');
  expect(await pixels()).not.toBe(plain);
  await page.getByRole('button', { name: 'What does the captioner see?' }).click();
  await expect(main.locator('.seen[lang="en"]')).toHaveText(/ background$/, { timeout: 20_000 });
  await expectWellMade(page);
  await page.getByRole('button', { name: 'Write a song about it' }).click();
  await expect(page).toHaveURL(/title=A%20green%20tree%20|title=A%20yellow%20flower%20/);
});

test('a link draws the same picture again, in German, on a phone; an empty prompt is refused', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto('#view=draw&lang=de');
  const wish = page.getByRole('textbox', { name: 'Was gezeichnet werden soll' });
  const told = page.getByRole('main').getByRole('status');
  await expect(told).toHaveText(/^Vorab berechnet/);
  await expect(wish).toHaveValue(/^ein roter Stern/);
  await page.goto('#view=draw&seed=3&drawing-steps=2&wish=ein%20Stern&lang=de');
  await expect(told).toHaveText(/^Gezeichnet in /, { timeout: 20_000 });
  await expect(page).toHaveURL(/drawn=[0-9a-f]{16}/);
  const link = page.url();
  await page.goto('about:blank');
  await page.goto(link);
  await expect(told).toHaveText(/^Genau das Bild/, { timeout: 20_000 });
  await page.goto(link.replace(/drawn=[0-9a-f]{16}/, 'drawn=0123456789abcdef'));
  await expect(told).toHaveText(/^Ein anderes Bild/, { timeout: 20_000 });
  await wish.fill(' ');
  await page.getByRole('button', { name: 'Zeichnen', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('empty-prompt');
  await expectWellMade(page);
});
