// The page in a browser with WebGPU on a slow software GPU: a token takes up to a second, the self-test half a minute.
// Songs are therefore short, and tests that are not about the self-test skip it.

import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';
import { learn, PLAN } from './learning.js';
import { BELIEVED, device, patched } from './page.js';
import { clipboard } from './translating.js';

/** @typedef {import('@playwright/test').Page} Page */

test.describe.configure({ mode: 'default', timeout: 240_000 });

const CHECKED = /^WebGPU checked: google swiftshader, \d+ operations, largest error \de-\d+\./;
const PATIENT = { timeout: 150_000 };
/** Greedy decoding, so that the devices differ only by rounding. */
const GREEDY = 'seed=7&temperature=0';
/** The model that is faster on such a GPU. */
const GPT = `${GREEDY}&model=gpt-songs&prompt=My+love`;

/** @param {Page} page */
function parts(page) {
  return {
    ...device(page),
    generate: page.getByRole('button', { name: 'Generate' }),
    stop: page.getByRole('button', { name: 'Stop' }),
    status: page.getByRole('status').first(),
    song: page.getByRole('region', { name: 'Song' }),
    speed: page.getByText(/(characters|tokens) per second/),
    notes: page.getByRole('list', { name: 'Notes' }),
  };
}

/** Keeps a reference to the device, so that tests can destroy it. */
const HELD = `const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...all) {
    return (self.held = await requestDevice.apply(this, all));
  };`;

/**
 * @param {Page} page
 * @param {string} hash
 * @param {{ checked?: boolean, patch?: string }} how whether the GPU's self-test runs, and code to add to
 *   the module's glue code
 */
async function open(page, hash, { checked = false, patch = '' } = {}) {
  await patched(page, [checked ? '' : BELIEVED, patch].join('\n'));
  // Keep the seed, so that all songs are the same whatever the device.
  await page.goto(`#${hash}&keep-seed=1`);
  await expect(page.getByRole('status').filter({ hasText: 'ready' }).first()).toBeVisible();
  return parts(page);
}

/**
 * @param {Page} page
 * @param {'GPU' | 'Automatic'} choice
 */
async function choose(page, choice) {
  const { choice: field, badge } = device(page);
  await field.selectOption(choice);
  await expect(badge).toHaveText(CHECKED, PATIENT);
}

/** @param {Page} page */
async function written(page) {
  const { generate, status, song } = parts(page);
  await generate.click();
  await expect(status).toContainText('Finished', PATIENT);
  return await song.innerText();
}

/** Returns the worker that uses the GPU; the other one ends after the check. @param {Page} page */
async function gpuWorker(page) {
  await expect.poll(() => page.workers().length).toBe(1);
  return page.workers()[0];
}

/** @param {Page} page opened with `HELD` */
async function loseDevice(page) {
  const worker = await gpuWorker(page);
  await worker.evaluate(() => /** @type {any} */ (self).held.destroy());
}

/**
 * Patches a wasm module so that its memory can grow by one page only.
 *
 * @param {Buffer} module
 */
function withoutRoom(module) {
  const leb = (/** @type {number} */ at) => {
    let [value, shift, next] = [0, 0, at];
    for (;;) {
      const byte = module[next++];
      value |= (byte & 127) << shift;
      if (byte < 128) return { value, next };
      shift += 7;
    }
  };
  const bytes = (/** @type {number} */ value) => [(value & 127) | 128, ((value >> 7) & 127) | 128, (value >> 14) & 127];
  for (let at = 8; ; ) {
    const { value: size, next } = leb(at + 1);
    // Section 5: one memory, flags, pages at first.
    if (module[at] === 5) {
      const pages = leb(next + 2).value;
      const section = [5, 8, 1, 1, ...bytes(pages), ...bytes(pages + 1)];
      return Buffer.concat([module.subarray(0, at), Buffer.from(section), module.subarray(next + size)]);
    }
    at = next + size;
  }
}

test('a checked GPU writes what the CPU writes, and a link of it computes on the CPU', async ({ page, browser }) => {
  const { speed, status, badge, choice, generate, stop } = await open(page, `${GPT}&length=6`, { checked: true });
  const text = await written(page);
  await expect(speed).toHaveText(/tokens per second$/);
  await choice.selectOption('GPU');
  await generate.click();
  // Even while the GPU is being checked.
  await stop.click();
  await expect(status).toContainText('Stopped');
  await expect(badge).toHaveText(CHECKED, PATIENT);
  expect(await written(page)).toBe(text);
  await expect(speed).toHaveText(/tokens per second on the GPU$/);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(status).toContainText('Link copied. It runs on the CPU');
  const elsewhere = await browser.newContext({ locale: 'en-GB', storageState: await page.context().storageState() });
  const other = await elsewhere.newPage();
  await other.goto(await clipboard(page));
  await expect(parts(other).status).toContainText('Finished');
  expect(await parts(other).song.innerText()).toBe(text);
  await expect(parts(other).speed).toHaveText(/tokens per second$/);
  await expect(parts(other).choice).toHaveValue('gpu');
  await expect(badge).toHaveText(CHECKED);
  await elsewhere.close();
});

test('a GPU that computes wrongly is found out, and the CPU writes', async ({ page }) => {
  const patch = `const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      const code = descriptor.code.replace('fn tanh_(x: f32) -> f32 {', '$& return 1.001 * x;');
      return createShaderModule.call(this, { ...descriptor, code });
    };`;
  const { badge, speed, choice } = await open(page, `${GPT}&length=4`, { checked: true, patch });
  await choice.selectOption('GPU');
  await expect(badge).toHaveText(/^This GPU gives wrong results \(elementwise: .*unary.*\): using the CPU\.$/, PATIENT);
  await written(page);
  await expect(speed).not.toContainText('GPU');
});

test('both translators translate on the GPU as on the CPU', async ({ page }) => {
  await open(page, 'view=translate&seed=1&beam=2&compare=1&german=Ich+singe.');
  const { status } = parts(page);
  const translate = async () => {
    await page.getByRole('button', { name: 'Translate' }).click();
    await expect(status).toContainText('Finished', PATIENT);
    return await page.getByRole('button').filter({ hasText: /[.!]$/ }).allInnerTexts();
  };
  const texts = await translate();
  expect(texts).toHaveLength(2);
  await choose(page, 'GPU');
  expect(await translate()).toEqual(texts);
  await expect(page.getByText(/per second on the GPU$/)).toHaveCount(2);
});

test('Automatic runs a race, takes the faster device and remembers it', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  const { badge, speed, choice } = await open(page, `${GPT}&length=6`);
  await choose(page, 'Automatic');
  await expect(badge).toHaveText(/Automatic: the [CG]PU is faster for “.+” \([\d,]+ vs\. [\d,]+ tokens\/s\)\.$/, PATIENT);
  const said = await badge.innerText();
  await expectWellMade(page);
  await written(page);
  await expect(speed).toHaveText(said.includes('the GPU is faster') ? /second on the GPU$/ : /second$/);
  await expect(badge).toHaveText(said);
  await page.reload();
  await expect(choice).toHaveValue('auto');
  // The same figures, so there was no second race.
  await expect(badge).toHaveText(said, PATIENT);
});

test('a GPU that is lost in a song: the CPU goes on, and the next song does not try it again', async ({ page }) => {
  const { generate, status, song, notes, badge, speed } = await open(page, `${GPT}&length=100`, { patch: HELD });
  const text = await written(page);
  await choose(page, 'GPU');
  await generate.click();
  await expect(status).toContainText('writing', PATIENT);
  await expect(speed).toContainText('on the GPU', PATIENT);
  await loseDevice(page);
  await expect(status).toContainText('Finished', PATIENT);
  expect(await song.innerText()).toBe(text);
  await expect(notes).toContainText('The CPU continued the same text');
  await expect(badge).toHaveText('The GPU failed: using the CPU.');
  expect(await written(page)).toBe(text);
  await expect(notes).toBeEmpty();
  await expect(speed).not.toContainText('GPU');
  const again = page.getByRole('button', { name: 'Try the GPU again' });
  await again.click();
  await expect(badge).toHaveText(CHECKED, PATIENT);
  await expect(again).toBeHidden();
});

test('a GPU that is lost in a translation: the CPU goes on', async ({ page }) => {
  await open(page, `view=translate&seed=1&beam=1&german=${encodeURIComponent('Ja.\n'.repeat(40))}`, { patch: HELD });
  const { status, notes, badge } = parts(page);
  await choose(page, 'GPU');
  await page.getByRole('button', { name: 'Translate' }).click();
  await expect(page.getByText(/^\d of 40 translated/)).toBeVisible(PATIENT);
  await loseDevice(page);
  await expect(status).toContainText('Finished: 40 sentences', PATIENT);
  await expect(notes).toContainText('The CPU continued the same text');
  await expect(badge).toHaveText('The GPU failed: using the CPU.');
});

/** Simulates a panic: an uncaught error, and a promise that never settles. @param {string} method */
const panics = (method) => `{
  const { next } = ${method};
  let left = 3;
  ${method}.next = function (n) {
    if (left-- > 0) return next.call(this, n);
    queueMicrotask(() => { throw new WebAssembly.RuntimeError('unreachable'); });
    return new Promise(() => {});
  };
}`;
const CRASHED = 'The engine crashed on the GPU: using the CPU.';

test('a panic in the middle of a song: the CPU goes on with it', async ({ page }) => {
  const patch = panics('Generator.prototype');
  const { song, notes, badge, status, speed } = await open(page, 'seed=7&model=gpt-songs&length=30', { patch });
  const text = await written(page);
  await choose(page, 'GPU');
  expect(await written(page)).toBe(text);
  await expect(status).toContainText('Finished: 30 tokens');
  await expect(notes).toContainText('The CPU continued the same text');
  await expect(badge).toHaveText(CRASHED);
  await expect(page.getByRole('alert')).toBeEmpty();
  expect(await song.innerText()).toBe(text);
  await expect(speed).not.toContainText('GPU');
});

test('a panic in the middle of a translation: the CPU goes on with it', async ({ page }) => {
  const lines = ['Ich singe.', 'Du tanzt.', 'Er lacht.', 'Wir gehen.', 'Sie schlafen.'];
  const patch = panics('Translator.prototype');
  const { status, notes, badge } = await open(page, `view=translate&seed=1&beam=1&german=${encodeURIComponent(lines.join('\n'))}`, { patch });
  const translate = async () => {
    await page.getByRole('button', { name: 'Translate' }).click();
    await expect(status).toContainText('Finished: 5 sentences', PATIENT);
    return await page.getByRole('button').filter({ hasText: /[.!]$/ }).allInnerTexts();
  };
  const pieces = await translate();
  expect(pieces).toHaveLength(5);
  await choose(page, 'GPU');
  expect(await translate()).toEqual(pieces);
  await expect(notes).toContainText('The CPU continued the same text');
  await expect(badge).toHaveText(CRASHED);
});

test('where the larger module has too little memory or does not come, the CPU writes', async ({ page }) => {
  // A module whose memory cannot grow, so that opening a model causes a real panic.
  await page.route('**/pkg/full/liedwerk_bg.wasm', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: withoutRoom(await response.body()) });
  });
  const { badge, choice, speed } = await open(page, `${GPT}&length=4`);
  const text = await written(page);
  await choice.selectOption('GPU');
  await expect(badge).toHaveText(CRASHED, PATIENT);
  expect(await written(page)).toBe(text);
  await expect(speed).not.toContainText('GPU');
  await page.route('**/pkg/full/*', (route) => route.abort());
  await page.getByRole('button', { name: 'Try the GPU again' }).click();
  await expect(badge).toHaveText(/^The part of the program for the GPU could not be loaded/, PATIENT);
  expect(await written(page)).toBe(text);
});

test('Stop answers at once while the GPU is checked', { tag: '@quiet' }, async ({ page }) => {
  const { generate, stop, status, choice } = await open(page, `${GPT}&length=6`, { checked: true });
  await choice.selectOption('GPU');
  await generate.click();
  await stop.click();
  await expect(status).toContainText('Stopped', { timeout: 900 });
});

test('Stop answers at once in the middle of a step', { tag: '@quiet' }, async ({ page }) => {
  const { generate, stop, status, choice, speed } = await open(page, 'seed=7&length=10000&model=gpt-songs');
  await choose(page, 'GPU');
  const worker = await gpuWorker(page);
  await generate.click();
  await expect(speed).toContainText('on the GPU', PATIENT);
  await stop.click();
  await expect(status).toContainText('Stopped', { timeout: 900 });
  expect(page.workers()).toEqual([worker]);
  await choice.selectOption('CPU');
  await generate.click();
  await expect(speed).not.toContainText('GPU', PATIENT);
  await stop.click();
});

test('a worker that hung is replaced, and the new one asks for the GPU itself', async ({ page }) => {
  const { generate, stop, status, speed } = await open(page, `${GPT}&length=2`);
  await choose(page, 'GPU');
  const worker = await gpuWorker(page);
  void worker
    .evaluate(() =>
      setTimeout(() => {
        for (;;);
      }),
    )
    .catch(() => {});
  await generate.click();
  await stop.click();
  await expect(status).toContainText('Stopped');
  await written(page);
  await expect(speed).toContainText('on the GPU');
  expect(page.workers()).not.toContain(worker);
});

test('walks on the GPU, back and on again', async ({ page }) => {
  await open(page, `view=lab&${GPT}&length=6`);
  const { status, song } = parts(page);
  const finish = page.getByRole('button', { name: 'To the end' });
  await finish.click();
  await expect(status).toHaveText('The text ends here. Tokens: 6.');
  const text = await song.innerText();
  await choose(page, 'GPU');
  for (const left of [5, 4]) {
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await expect(status).toHaveText(`Tokens so far: ${left}, by the GPU.`, PATIENT);
  }
  await finish.click();
  await expect(status).toHaveText('The text ends here. Tokens: 6, by the GPU.', PATIENT);
  expect(await song.innerText()).toBe(text);
});

test('two models side by side, each on a GPU of its own', async ({ page }) => {
  await open(page, `view=duel&${GREEDY}&length=3`);
  const rivals = page.getByRole('article');
  const both = async () => {
    await parts(page).generate.click();
    for (const rival of await rivals.all()) await expect(rival.getByRole('status')).toContainText('Finished', PATIENT);
    return await rivals.getByRole('region').allInnerTexts();
  };
  const texts = await both();
  await choose(page, 'GPU');
  expect(await both()).toEqual(texts);
  await expect(rivals.filter({ hasText: 'per second on the GPU' })).toHaveCount(2);
});

/** A GPT as small as the LSTM. */
const SMALL_GPT = {
  ...PLAN,
  model: {
    type: 'gpt2',
    n_positions: 32,
    n_embd: 32,
    n_layer: 2,
    n_head: 2,
    n_inner: null,
    layer_norm_epsilon: 1e-5,
    resid_pdrop: 0.1,
    embd_pdrop: 0.1,
    attn_pdrop: 0.1,
  },
};

// The runs of the other models are compared without a page (tests/gpu/bodies/training.rs).
test('a GPT learns on the GPU as on the CPU: twelve losses to 1e-4', async ({ page }) => {
  await patched(page, BELIEVED);
  await page.goto('');
  const cpu = await learn(page, 'cpu', SMALL_GPT);
  const gpu = await learn(page, 'gpu', SMALL_GPT);
  expect([cpu.device, gpu.device]).toEqual(['cpu', 'gpu']);
  expect(gpu.losses).toHaveLength(12);
  const largest = Math.max(...gpu.losses.map((loss, step) => Math.abs(loss / cpu.losses[step] - 1)));
  console.log(`losses within ${largest.toExponential(1)}`);
  expect(largest).toBeLessThan(1e-4);
});

test('a GPU that is lost while a model learns: the page says so, and the CPU goes on to the end', async ({ page }) => {
  await patched(page, `${BELIEVED}\n${HELD}`);
  await page.goto('#view=train&seed=1');
  await page.getByRole('button', { name: 'Eleven English songs' }).click();
  await choose(page, 'GPU');
  await page.getByText('Hyperparameters', { exact: true }).click();
  await page.getByRole('button', { name: 'Measure and show the plan' }).click();
  await expect(page.getByText('Measured.')).toBeVisible(PATIENT);
  const numbers = { steps: 40, warmup_steps: 2, decay_steps: 10, batch_size: 2, window: 16 };
  for (const [name, value] of Object.entries(numbers)) await page.getByLabel(name, { exact: true }).fill(String(value));
  await page.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByText('The model is learning')).toBeVisible(PATIENT);
  for (const worker of page.workers()) {
    await worker.evaluate(() => /** @type {any} */ (self).held?.destroy());
  }
  await expect(parts(page).notes.getByText('The GPU failed. The run continues on the CPU.')).toBeVisible(PATIENT);
  await expect(page.getByText('Finished after 40 steps.')).toBeVisible(PATIENT);
});
