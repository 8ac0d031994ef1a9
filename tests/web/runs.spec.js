// What becomes of runs: one that diverges, two compared, a long one.

import { expect, test } from '@playwright/test';
import { change, learn, openTrain, PLAN, plan, STEPS } from './learning.js';
import { patched } from './page.js';

test('a rate that is far too high is noticed: the last good model is kept, and the run can be compared', async ({ page }) => {
  const { models, note } = await openTrain(page);
  const start = await plan(page);
  await start.click();
  await expect(page.getByText(`Finished after ${STEPS} steps.`)).toBeVisible();
  await change(page, { lr: 10, warmup_steps: 1, grad_clip: 1000 });
  await start.click();
  await expect(page.getByText(/^Stopped: the loss ran away. The model is that of step [\d,]+\.$/)).toBeVisible();
  await expect(note('The loss grew beyond all bounds')).toBeVisible();
  await expect(models.getByRole('listitem')).toHaveCount(2);

  const figure = page.getByRole('figure').filter({ hasText: 'Held out' });
  const choice = page.getByRole('combobox', { name: 'Compare with' });
  await choice.selectOption({ index: 1 });
  const other = await choice.locator('option:checked').innerText();
  await expect(figure.getByRole('listitem').filter({ hasText: `${other}: Learning` })).toBeVisible();
  await figure.getByText('As a table').click();
  const last = figure.getByRole('row').last();
  await expect(last).toContainText(String(STEPS));
});

test('a model learns for 2,000 steps, and no more memory is asked for after the first', async ({ page }) => {
  test.setTimeout(120_000);
  await patched(page, `
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
    };`);
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
