// The view "Style transfer".

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';
import { longestTask } from './main-thread.js';

/** An animated GIF with two frames of one pixel. */
const MOVING = Buffer.from('R0lGODlhAQABAIAAAP8AAAAA/yH5BAAKAAAALAAAAAABAAEAAAICRAEAIfkEAAoAAAAsAAAAAAEAAQAAAgJMAQA7', 'base64');

test('an example stands there; a picture is painted while the page stays free, stopped, and saved', async ({ page }) => {
  await page.goto('#view=style&seed=3&picture-size=64&painting-steps=50&lang=en');
  const told = page.getByRole('main').getByRole('status');
  await expect(told).toHaveText(/^Computed beforehand/);
  const longest = await longestTask(page, async () => {
    await page.getByRole('button', { name: 'Paint' }).click();
    await expect(told).toHaveText(/^Step 50 of 50 after /, { timeout: 20_000 });
  });
  expect(longest).toBeLessThan(50);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as PNG' }).click();
  expect((await download).suggestedFilename()).toBe('liedwerk-style.png');
  await page.getByRole('combobox', { name: 'Steps' }).selectOption('600');
  await page.getByRole('button', { name: 'Paint' }).click();
  await expect(told).toHaveText(/ of 600 /);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByRole('button', { name: 'Stop' })).toBeDisabled();
  await expect(page).toHaveURL(/painting-steps=600/);
});

test('own pictures: no script, no ruins, the first frame; in German, on a phone, nothing for axe to find', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await page.goto('#view=style&seed=3&picture-size=64&lang=de');
  const file = page.getByLabel('Eigener Inhalt');
  const alert = page.getByRole('alert');
  await file.setInputFiles({
    name: 'a.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "hacked"</script></svg>'),
  });
  await expect(alert).toContainText('bad-picture');
  await file.setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
  await expect(alert).toContainText('broken.png');
  await file.setInputFiles({ name: 'moving.gif', mimeType: 'image/gif', buffer: MOVING });
  await expect(page.getByText('Dieses GIF ist animiert')).toBeVisible();
  await file.setInputFiles('../../www/icon-192.png');
  await expect(page.getByText('Das Bild hat 192 × 192 Pixel')).toBeVisible();
  await expect(alert).toBeEmpty();
  await page.getByRole('button', { name: 'Eigene Bilder entfernen' }).click();
  await expect(page.getByText('Das Bild hat 192')).toBeHidden();
  expect(await page.title()).not.toBe('hacked');
  await expectWellMade(page);
});
