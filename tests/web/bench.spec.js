// The benchmark page.

import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { BELIEVED, patched } from './page.js';

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // A software GPU, since CI has no other.
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-webgpu-adapter=swiftshader'],
  },
});

test('CPU and GPU are measured side by side, and the figures can be saved', async ({ page }) => {
  // A software GPU may need minutes beside other tests for what takes seconds alone.
  test.setTimeout(180_000);
  await patched(page, BELIEVED);
  await page.goto('bench.html?only=matmul_256,matvec_1024,decode_char_lstm');
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(page.getByRole('status')).toContainText('Finished', { timeout: 150_000 });
  await expect(page.getByText('the CPU emulates one')).toBeVisible();
  const product = page.getByRole('row', { name: '256 rows and columns' });
  await expect(product).toContainText(/\d GFLOP\/s.*\d GFLOP\/s.*\d %/);
  await expect(page.getByRole('row', { name: 'LSTM writes' })).toContainText(/\d tokens\/s.*\d tokens\/s/);
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as JSON' }).click();
  const report = JSON.parse(await readFile(await (await downloading).path(), 'utf8'));
  const saved = report.figures.map((/** @type {{ name: string, device: string }} */ it) => `${it.name} ${it.device}`);
  expect(saved.sort()).toEqual([
    'decode_char_lstm cpu',
    'decode_char_lstm gpu',
    'matmul_256 cpu',
    'matmul_256 gpu',
    'matvec_1024x256 cpu',
    'matvec_1024x256 gpu',
    'peak_copy cpu',
    'peak_copy gpu',
    'peak_fma gpu',
  ]);
  for (const { rate } of report.figures) expect(rate).toBeGreaterThan(0);
  const share = report.figures.find((/** @type {{ name: string, device: string }} */ it) => it.name === 'matmul_256' && it.device === 'gpu').share;
  expect(share).toBeLessThan(1.5);
});

test('it is found from the first page, speaks German, stops while it checks the GPU, and begins anew', async ({ page }) => {
  await page.goto('');
  await page.getByRole('link', { name: 'Benchmark this device' }).click();
  // Wait, since the previous page has buttons with the same names.
  await expect(page.getByRole('heading', { name: 'Benchmark this device' })).toBeVisible();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { name: 'Tempo dieses Geräts messen' })).toBeVisible();
  await page.getByRole('button', { name: 'Messen' }).click();
  await expect(page.getByRole('status')).toHaveText('Die GPU wird geprüft …');
  await page.getByRole('button', { name: 'Stopp' }).click();
  await expect(page.getByRole('status')).toHaveText('Gestoppt.');
  await page.getByRole('button', { name: 'Messen' }).click();
  await expect(page.getByRole('status')).toHaveText('Die GPU wird geprüft …');
});

test('what goes wrong is said with its code, and can be tried again', async ({ page }) => {
  await page.route('**/pkg/full/liedwerk_bg.wasm', (route) => route.abort());
  await page.goto('bench.html');
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(page.getByRole('alert')).toContainText('engine-unavailable');
  await page.unroute('**/pkg/full/liedwerk_bg.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('status')).toHaveText('Checking the GPU …');
});
