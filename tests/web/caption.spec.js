// The view "Describe a picture".

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';

test('a drawn icon is described in two languages; a word says how sure it is; what is no picture is refused', async ({ page }) => {
  await page.goto('#view=caption&seed=3&lang=en');
  const words = page.getByRole('main').locator('p[lang="en"]').getByRole('button');
  await expect(words.first()).toHaveText(/^(an?|two|three)$/);
  const first = (await words.allInnerTexts()).join(' ');
  expect(first).toMatch(/ on a (light|grey|dark) background$/);
  await words.nth(1).focus();
  await expect(page.getByRole('main').getByRole('status')).toContainText(/“\w+”: \d+% sure/);
  await expect(words.nth(1)).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Another picture' }).click();
  await expect.poll(async () => (await words.allInnerTexts()).join(' ')).not.toBe(first);
  const file = page.getByLabel('Your own picture');
  await file.setInputFiles({
    name: 'a.svg',
    mimeType: 'image/svg+xml',
    buffer: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "hacked"</script></svg>'),
  });
  await expect(page.getByRole('alert')).toContainText('bad-picture');
  await file.setInputFiles('../../www/icon-192.png');
  await expect(page.getByRole('alert')).toBeEmpty();
  await expect(words.first()).toBeVisible();
  await expectWellMade(page);
});
