// The search for copied text: on request, using an index that is loaded on demand.

import { expect, test } from '@playwright/test';
import { finished, generate, open } from './page.js';

const INDEX = '**/*.idx';

test('the index is fetched only by who asks, and the answer stands below the song', async ({ page }) => {
  let fetched = 0;
  await page.route(INDEX, (route) => {
    fetched += 1;
    return route.continue();
  });
  await open(page);
  await generate(page);
  expect(fetched).toBe(0);
  await page.getByRole('button', { name: 'Learned by heart?' }).click();
  await expect(page.getByText('in the training songs')).toBeVisible();
  expect(fetched).toBe(1);
  await page.getByRole('button', { name: 'Generate' }).click();
  await finished(page);
  await expect(page.getByText('in the training songs')).toBeVisible();
  expect(fetched).toBe(1);
});

test('an index that does not arrive is an error with a code, and the song stays', async ({ page }) => {
  await page.route(INDEX, (route) => route.fulfill({ status: 404, body: '' }));
  const { alert } = await open(page);
  const song = await generate(page);
  await page.getByRole('button', { name: 'Learned by heart?' }).click();
  await expect(alert).toContainText('download-failed');
  await page.unroute(INDEX);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByText('in the training songs')).toBeVisible();
  expect(await page.getByRole('region', { name: 'Song' }).innerText()).toBe(song);
});
