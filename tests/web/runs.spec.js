// Training runs: one that diverges, a comparison of two, a long one.

import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { change, learn, openTrain, PLAN, plan, STEPS, train, VERSE } from './learning.js';
import { controls, patched } from './page.js';

test('a rate that is far too high is noticed: the last good model is kept, and the run can be compared', async ({ page }) => {
  const { models, note } = await openTrain(page);
  const start = await plan(page);
  await start.click();
  await expect(page.getByText(`Finished after ${STEPS} steps.`)).toBeVisible();
  await change(page, { lr: 10, warmup_steps: 1, grad_clip: 1000 });
  await start.click();
  await expect(page.getByText(/^Stopped: the loss grew without bound. The model is the one from step [\d,]+\.$/)).toBeVisible();
  await expect(note('The loss grew without bound')).toBeVisible();
  await expect(models.getByRole('listitem')).toHaveCount(2);

  const figure = page.getByRole('figure').filter({ hasText: 'On held-out data' });
  const choice = page.getByRole('combobox', { name: 'Compare with' });
  await choice.selectOption({ index: 1 });
  const other = await choice.locator('option:checked').innerText();
  await expect(figure.getByRole('listitem').filter({ hasText: `${other}: On training data` })).toBeVisible();
  await figure.getByText('As a table').click();
  const last = figure.getByRole('row').last();
  await expect(last).toContainText(String(STEPS));
});

test('who learns by heart keeps the model from before, too', async ({ page }) => {
  test.setTimeout(120_000);
  const { models, text } = await openTrain(page);
  await plan(page);
  // Too little text to learn anything but memorizing it.
  const songs = readFileSync(VERSE, 'utf8').split(/^(?==== )/m);
  await text.fill(songs.slice(0, 4).join(''));
  await page.getByRole('button', { name: 'Measure and show the plan' }).click();
  await expect(page.getByText('Measured.')).toBeVisible();
  await change(page, { steps: 300, lr: 0.01, warmup_steps: 5, decay_steps: 290, batch_size: 8, window: 32, dropout: 0 });
  await train(page).start.click();
  await expect(page.getByText('Finished after 300 steps.')).toBeVisible({ timeout: 60_000 });
  const said = await page.getByText(/^Validation loss has risen since step/).innerText();
  const step = /step (\d+):/.exec(said)?.[1];
  await expect(models.getByRole('listitem')).toHaveCount(2);
  const earlier = models.getByRole('listitem').filter({ has: page.getByRole('button', { name: new RegExp(`^Write with it: .*, step ${step}$`) }) });
  await expect(earlier).toBeVisible();
  const bits = async (/** @type {import('@playwright/test').Locator} */ item) => Number(/([\d.]+) bits/.exec(await item.innerText())?.[1]);
  const last = models.getByRole('listitem').filter({ hasNot: page.getByRole('button', { name: /, step/ }) });
  console.log(`held out, at step ${step} and 300: ${await bits(earlier)} and ${await bits(last)} bits`);
  expect(await bits(earlier)).toBeLessThan(await bits(last));
  const offer = page.getByText(`Its state at step ${step} is there, too, before it began to learn by heart:`);
  await offer
    .locator('..')
    .getByRole('button', { name: /^Write with it/ })
    .click();
  await controls(page).generate.click();
  await expect(controls(page).status).toContainText('Finished');
});

test('a model learns for 2,000 steps, and no more memory is asked for after the first', async ({ page }) => {
  test.setTimeout(120_000);
  await patched(
    page,
    `
    const { instantiateStreaming } = WebAssembly;
    const { step } = Trainer.prototype;
    const told = new BroadcastChannel('memory');
    let memory = null;
    let steps = 0;
    WebAssembly.instantiateStreaming = async (...all) => {
      const made = await instantiateStreaming(...all);
      memory = made.instance.exports.memory;
      return made;
    };
    Trainer.prototype.step = async function () {
      const result = await step.call(this);
      steps += 1;
      if (steps % 20 === 0) told.postMessage([steps, memory.buffer.byteLength]);
      return result;
    };`,
  );
  await page.goto('');
  const seen = await page.evaluateHandle(() => {
    /** @type {Record<number, number>} */
    const bytes = {};
    new BroadcastChannel('memory').addEventListener('message', ({ data: [step, memory] }) => (bytes[step] = memory));
    return bytes;
  });
  const steps = 2000;
  const train = { ...PLAN.train, steps, decay_steps: 1900, batch_size: 2, window: 16 };
  expect((await learn(page, 'cpu', { ...PLAN, train })).losses).toHaveLength(steps);
  await expect.poll(async () => Object.keys(await seen.jsonValue()).length).toBe(steps / 20);
  const bytes = await seen.jsonValue();
  console.log(`memory after 100 and 2,000 steps: ${bytes[100]} and ${bytes[steps]} bytes`);
  expect(bytes[steps]).toBe(bytes[100]);
});

test('several workers share the steps, and the losses have the bits that one alone gives', async ({ page }) => {
  await patched(
    page,
    `
    const { computeShare } = Trainer.prototype;
    const worker = Math.random();
    const told = new BroadcastChannel('shares');
    Trainer.prototype.computeShare = function (...all) {
      told.postMessage(worker);
      return computeShare.apply(this, all);
    };`,
  );
  await page.goto('');
  const seen = await page.evaluateHandle(() => {
    /** @type {Set<number>} */
    const workers = new Set();
    new BroadcastChannel('shares').addEventListener('message', ({ data }) => workers.add(data));
    return workers;
  });
  const steps = 150;
  const cut = { ...PLAN, train: { ...PLAN.train, steps, shares: 3 } };
  const alone = await learn(page, 'cpu', cut);
  expect(await seen.evaluate(({ size }) => size), 'nobody to share with').toBe(0);
  const shared = await learn(page, 'cpu', cut, 3);
  expect(await seen.evaluate(({ size }) => size)).toBe(3);
  expect(shared.losses).toEqual(alone.losses);
});
