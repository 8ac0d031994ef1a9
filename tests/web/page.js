// What the tests know of the page: roles and labels, never classes.

import { expect } from '@playwright/test';

/** @typedef {import('@playwright/test').Page} Page */

/** Short songs keep the tests quick; the seed keeps them the same. */
export const SHORT = 'seed=7&length=120';
export const WEIGHTS = '**/*.safetensors';

/**
 * The address of a module of the page: the site has them packed, so it lies beside. Where the sources are served
 * themselves it is theirs.
 *
 * @param {string} file
 */
export function source(file) {
  return new URL(file, process.env.LIEDWERK_SOURCES ?? process.env.LIEDWERK_URL).href;
}

/** @param {Page} page */
export function controls(page) {
  return {
    prompt: page.getByRole('textbox', { name: 'Start with' }),
    generate: page.getByRole('button', { name: 'Generate' }),
    stop: page.getByRole('button', { name: 'Stop' }),
    copyLink: page.getByRole('button', { name: 'Copy link' }),
    retry: page.getByRole('button', { name: 'Try again' }),
    // The view's: what computes has one of its own, below.
    status: page.getByRole('main').getByRole('status'),
    alert: page.getByRole('alert'),
    notes: page.getByRole('list', { name: 'Notes' }),
    song: page.getByRole('region', { name: 'Song' }),
  };
}

/** Where it is computed. @param {Page} page */
export function device(page) {
  return {
    choice: page.getByRole('combobox', { name: 'Run on' }),
    badge: page.getByRole('status', { name: 'Run on' }),
  };
}

/**
 * @param {Page} page
 * @param {string} hash without '#'
 */
export async function open(page, hash = SHORT) {
  await page.goto(`#${hash}`);
  return controls(page);
}

/** @param {Page} page */
export async function finished(page) {
  const { status, song } = controls(page);
  await expect(status).toContainText('Finished');
  return await song.innerText();
}

/**
 * What is said of one song must not be taken for what is said of the next.
 *
 * @param {Page} page
 */
export async function forgetStatus(page) {
  await controls(page).status.evaluate((status) => status.replaceChildren());
}

/**
 * @param {Page} page
 * @param {string} said of the link when it is copied
 */
export async function copiedLink(page, said = 'Link copied') {
  const { copyLink, status } = controls(page);
  await copyLink.click();
  await expect(status.filter({ hasText: 'Link copied' })).toContainText(said);
  return await page.evaluate(() => navigator.clipboard.readText());
}

/** @param {Page} page */
export async function generate(page) {
  await forgetStatus(page);
  await controls(page).generate.click();
  return await finished(page);
}

/**
 * The address without the moment that the page waits before it rewrites it.
 *
 * @param {Page} page
 * @param {(hash: URLSearchParams) => unknown} read
 * @param {unknown} value
 */
export async function expectInHash(page, read, value) {
  await expect.poll(() => read(new URLSearchParams(new URL(page.url()).hash.slice(1)))).toEqual(value);
}

/** Stands in for the GPU's self-test, for [patched]. */
export const BELIEVED = "Gpu.prototype.check = async () => ({ name: 'WebGPU', ops: 15, largest_error: 3e-7, op: 'none' });";

/**
 * Adds lines to the glue of the module with the GPU and training. Its exports have their names there, what else it has
 * may have been renamed to save room.
 *
 * @param {Page} page
 * @param {string} lines
 */
export async function patched(page, lines) {
  await page.route('**/pkg/full/liedwerk.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${lines}` });
  });
}
