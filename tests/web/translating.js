// Locators for the views that translate, by roles and labels, never by classes.

import { expect } from '@playwright/test';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ id: string, model_type: string, title: { de: string, en: string } }} Model */

export const LORELEY = `Ich weiß nicht, was soll es bedeuten,
Dass ich so traurig bin;
Ein Märchen aus alten Zeiten,
Das kommt mir nicht aus dem Sinn.`;

const TRANSLATORS = ['transformer', 'seq2seq'];

/** @param {Page} page */
export function desk(page) {
  return {
    german: page.getByRole('textbox', { name: 'German', exact: true }),
    translate: page.getByRole('button', { name: 'Translate' }),
    stop: page.getByRole('button', { name: 'Stop' }),
    copyLink: page.getByRole('button', { name: 'Copy link' }),
    copyText: page.getByRole('button', { name: 'Copy text' }),
    retry: page.getByRole('button', { name: 'Try again' }),
    model: page.getByRole('combobox', { name: 'Model' }),
    beam: page.getByRole('combobox', { name: 'Beam width' }),
    compare: page.getByRole('checkbox', { name: 'Two models side by side' }),
    status: page.getByRole('status'),
    alert: page.getByRole('alert'),
    notes: page.getByRole('list', { name: 'Notes' }),
    alignment: page.getByRole('region', { name: 'Where the model looked' }),
  };
}

/** @param {Page} page */
export function stages(page) {
  return {
    all: page.getByRole('button', { name: 'All in one go' }),
    translate: page.getByRole('button', { name: 'Translate' }),
    singOn: page.getByRole('button', { name: 'Continue', exact: true }),
    stop: page.getByRole('button', { name: 'Stop' }),
    copyLink: page.getByRole('button', { name: 'Copy link' }),
    restore: page.getByRole('button', { name: 'Back to my wording' }),
    german: page.getByRole('textbox', { name: '1. The German song' }),
    english: page.getByRole('textbox', { name: '2. English version' }),
    song: page.getByRole('region', { name: 'Song', exact: true }),
    status: page.getByRole('status'),
    alert: page.getByRole('alert'),
    notes: page.getByRole('list', { name: 'Notes' }),
  };
}

/**
 * Returns the site's translators, at least two for comparison; fails if there are fewer.
 *
 * @param {Page} page
 * @returns {Promise<Model[]>}
 */
export async function translators(page) {
  const response = await page.request.get('models/index.json');
  const { models } = /** @type {{ models: Model[] }} */ (await response.json());
  const found = models.filter(({ model_type }) => TRANSLATORS.includes(model_type));
  expect(found.length, 'models of the site that translate').toBeGreaterThanOrEqual(2);
  return found;
}

/**
 * @param {Page} page
 * @param {string} settings further settings of the link
 */
export async function openTranslate(page, settings = 'beam=1') {
  await translators(page);
  await page.goto(`#view=translate&seed=1&${settings}`);
  return desk(page);
}

/**
 * @param {Page} page
 * @param {string} settings further settings of the link
 */
export async function openChain(page, settings = 'beam=1&length=120') {
  await translators(page);
  await page.goto(`#view=chain&seed=7&${settings}`);
  return stages(page);
}

/**
 * @param {Page} page
 * @param {Model} model
 */
export function column(page, { title }) {
  return page.getByRole('columnheader', { name: title.en });
}

/**
 * Returns the pieces of a translation, which are buttons.
 *
 * @param {Page} page
 * @param {Model} model
 */
export function pieces(page, model) {
  return page
    .getByRole('region', { name: 'Translation' })
    .getByRole('button')
    .and(page.locator(`[data-model="${model.id}"]`));
}

/**
 * @param {Page} page
 * @param {string} german
 */
export async function translate(page, german) {
  const { german: field, translate: button, status } = desk(page);
  await field.fill(german);
  await button.click();
  await expect(status).toContainText('Finished');
  // Open the disclosure.
  const deeper = page.getByText('Where the model looked').filter({ visible: true });
  if ((await deeper.count()) && !(await desk(page).alignment.isVisible())) await deeper.click();
}

/** @param {Page} page */
export function clipboard(page) {
  return page.evaluate(() => navigator.clipboard.readText());
}
