// Helpers for the view "Train", and for training without the view.

import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { source } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

export const STEPS = 60;

/** @param {Page} page */
export function train(page) {
  return {
    text: page.getByRole('textbox', { name: 'Songs, or sentence pairs' }),
    files: page.getByLabel('Or open files'),
    start: page.getByRole('button', { name: 'Start training' }),
    models: page.getByRole('list', { name: 'Your models' }),
    runs: page.getByRole('list', { name: 'Your runs' }),
    /** @param {string} text */
    note: (text) => page.getByRole('list', { name: 'Notes' }).getByText(text),
    /** @param {string} code */
    alert: (code) => page.getByRole('alert').filter({ hasText: code }),
  };
}

/**
 * @param {Page} page
 * @param {string} [settings]
 */
export async function openTrain(page, settings = '') {
  await page.goto(`#view=train&seed=1${settings}`);
  await expect(page.getByRole('heading', { name: 'Your models' })).toBeVisible();
  return train(page);
}

/**
 * Loads the page's English songs and sets the steps of the plan, independent of the speed of this device.
 *
 * @param {Page} page
 * @param {Record<string, number>} [numbers]
 */
export async function plan(page, numbers = {}) {
  const { start } = train(page);
  await page.getByRole('button', { name: 'Eleven English songs' }).click();
  await expect(page.getByText(/^11 songs/)).toBeVisible();
  await page.getByText('Hyperparameters', { exact: true }).click();
  await page.getByRole('button', { name: 'Measure and show the plan' }).click();
  await expect(page.getByText('Measured.')).toBeVisible();
  await change(page, { steps: STEPS, warmup_steps: 5, decay_steps: 20, batch_size: 8, window: 64, ...numbers });
  return start;
}

/**
 * Changes numbers of the plan shown.
 *
 * @param {Page} page
 * @param {Record<string, number>} numbers
 */
export async function change(page, numbers) {
  for (const [name, value] of Object.entries(numbers)) {
    const field = page.getByLabel(name, { exact: true });
    await field.fill(String(value));
    await field.blur();
  }
}

/** Path of a text that is part of the page. */
export const VERSE = new URL('../../www/places/train/texts/verse-en.txt', import.meta.url).pathname;

/** A small network. */
export const PLAN = {
  name: 'twelve steps',
  model: { type: 'char_lstm', embedding_size: 16, hidden_size: 32, num_layers: 2, dropout: 0.1 },
  tokenizer: { type: 'chars' },
  data: { normalize: 'songs', held_out: 0.2, max_tokens: 60, reverse: false },
  train: { seed: 3, steps: 12, lr: 0.01, warmup_steps: 2, decay_steps: 8, batch_size: 4, window: 32 },
  layers: 'all',
};

/**
 * Trains via the trainer's client, as the view does; returns the losses of all steps, the model's tokenizer and the
 * final device.
 *
 * @param {Page} page with the page open
 * @param {'cpu' | 'gpu'} device
 * @param {object} plan
 * @param {number} cores maximum number of workers
 */
export async function learn(page, device, plan = PLAN, cores = 1) {
  return page.evaluate(
    async ([client, text, plan, device, cores]) => {
      const { TrainerClient } = await import(client);
      const trainer = new TrainerClient();
      /** @type {number[]} */
      const losses = [];
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const models = [];
      let used = '';
      const request = { text, plan, from: null, checkpoint: null, device, cores, every: {} };
      const run = trainer.train(request, {
        onStarted: (/** @type {{ device: string }} */ { device }) => (used = device),
        onMetrics: (/** @type {{ loss: number[] }} */ { loss }) => losses.push(...loss),
        onModel: (/** @type {{ bytes: Uint8Array<ArrayBuffer> }} */ { bytes }) => models.push(bytes),
      });
      await run.finished;
      const { tokenizer } = await trainer.openModel(['trained.safetensors'], [new File([models[0]], 'trained.safetensors')]);
      trainer.end();
      return { losses, tokenizer, device: used };
    },
    /** @type {const} */ ([source('engine/trainer-client.js'), readFileSync(VERSE, 'utf8'), plan, device, cores]),
  );
}
