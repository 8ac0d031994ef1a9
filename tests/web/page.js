// Locators for the page, by roles and labels, never by classes.

import { expect } from '@playwright/test';

/** @typedef {import('@playwright/test').Page} Page */

/** Short songs keep tests fast; the seed makes them reproducible. */
export const SHORT = 'seed=7&length=120';
export const WEIGHTS = '**/*.safetensors';
/** The mark of a text computed beforehand. */
export const BEFOREHAND = 'Example, computed beforehand';

/**
 * Returns the URL of a module of the page. A built site is bundled, so its sources are served separately
 * (LIEDWERK_SOURCES); otherwise the site itself has them.
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
    // Within main, since the device choice in the footer has a status of its own.
    status: page.getByRole('main').getByRole('status'),
    alert: page.getByRole('alert'),
    notes: page.getByRole('list', { name: 'Notes' }),
    song: page.getByRole('region', { name: 'Song' }),
  };
}

/** Locators for the device choice. @param {Page} page */
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
 * Clears the status, so that a message about one song is not taken for one about the next.
 *
 * @param {Page} page
 */
export async function forgetStatus(page) {
  await controls(page).status.evaluate((status) => status.replaceChildren());
}

/**
 * @param {Page} page
 * @param {string} said expected status message
 */
export async function copiedLink(page, said = 'Link copied') {
  const { copyLink, status } = controls(page);
  await copyLink.click();
  await expect(status.filter({ hasText: 'Link copied' })).toContainText(said);
  return await page.evaluate(() => navigator.clipboard.readText());
}

/**
 * Keeps the models from arriving.
 *
 * @param {Page} page
 * @returns {Promise<() => void>} lets them arrive
 */
export async function holdWeights(page) {
  /** @type {() => void} */
  let release = () => {};
  const released = new Promise((resolve) => (release = () => resolve(undefined)));
  await page.route(WEIGHTS, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

/** @param {Page} page */
export async function generate(page) {
  await forgetStatus(page);
  await controls(page).generate.click();
  return await finished(page);
}

/**
 * Expects a value in the address, allowing for the page's delay in updating it.
 *
 * @param {Page} page
 * @param {(hash: URLSearchParams) => unknown} read
 * @param {unknown} value
 */
export async function expectInHash(page, read, value) {
  await expect.poll(() => read(new URLSearchParams(new URL(page.url()).hash.slice(1)))).toEqual(value);
}

/** Replaces the GPU's self-test; to be used with `patched`. */
export const BELIEVED = "Gpu.prototype.check = async () => ({ name: 'WebGPU', ops: 15, largest_error: 3e-7, op: 'none' });";

/**
 * Appends lines to the glue code of the full module. Only its exports keep their names; minification may have renamed
 * everything else.
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
