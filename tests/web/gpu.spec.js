// The page in a browser with WebGPU: the same songs, on another machine within the machine.

import { expect, test } from '@playwright/test';
import { device } from './page.js';
import { clipboard, expectNoSidewaysScroll, expectNoViolations } from './translating.js';

/** @typedef {import('@playwright/test').Page} Page */

// A GPU in software has no cores of its own.
test.describe.configure({ mode: 'serial', timeout: 180_000 });
test.use({ actionTimeout: 60_000 });

const CHECKED = /^WebGPU checked: .+, \d+ operations, largest error \de-\d+\./;
const PATIENT = { timeout: 90_000 };
/** Without chance: where the devices differ, they do so by rounding. */
const GREEDY = 'seed=7&temperature=0&length=40';

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

/**
 * @param {Page} page
 * @param {string} hash
 */
async function open(page, hash) {
  await page.goto(`#${hash}`);
  await expect(page.getByRole('status').first()).toContainText('ready');
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

/**
 * Keeps the device that the worker is given where a test finds it.
 *
 * @param {Page} page whose worker runs already
 */
async function holdDevice(page) {
  await page.workers()[0].evaluate(() => {
    const scope = /** @type {any} */ (self);
    const { requestDevice } = scope.GPUAdapter.prototype;
    scope.GPUAdapter.prototype.requestDevice = async function (/** @type {unknown[]} */ ...all) {
      scope.held = await requestDevice.apply(this, all);
      return scope.held;
    };
  });
  return () => page.workers()[0].evaluate(() => /** @type {any} */ (self).held.destroy());
}

for (const model of ['char-lstm-songs', 'gpt-songs']) {
  test(`a checked GPU writes what the CPU writes: ${model}`, async ({ page, browser }) => {
    const { speed, status, badge } = await open(page, `${GREEDY}&model=${model}`);
    const text = await written(page);
    await expect(speed).not.toContainText('GPU');
    await choose(page, 'GPU');
    expect(await written(page)).toBe(text);
    await expect(speed).toContainText('per second on the GPU');
    await page.getByRole('button', { name: 'Copy link' }).click();
    await expect(status).toContainText('Link copied. It computes on the CPU');
    // A link that starts by itself computes on the CPU, also for who has chosen the GPU.
    const elsewhere = await browser.newContext({ locale: 'en-GB', storageState: await page.context().storageState() });
    const other = await elsewhere.newPage();
    await other.goto(await clipboard(page));
    await expect(parts(other).status).toContainText('Finished');
    expect(await parts(other).song.innerText()).toBe(text);
    await expect(parts(other).speed).not.toContainText('GPU');
    await expect(parts(other).choice).toHaveValue('gpu');
    await expect(badge).toHaveText(CHECKED);
    await elsewhere.close();
  });
}

test('translates on the GPU, with both models', async ({ page }) => {
  await open(page, 'view=translate&seed=1&beam=2&compare=1&german=Die+Sonne+scheint.%0AIch+singe+ein+Lied.');
  const { status } = parts(page);
  const sheets = page.getByRole('region').filter({ hasText: 'per second' });
  const translate = async () => {
    await page.getByRole('button', { name: 'Translate' }).click();
    await expect(status).toContainText('Finished', PATIENT);
    return await page.getByRole('button').filter({ hasText: /[.!]$/ }).allInnerTexts();
  };
  const texts = await translate();
  expect(texts).toHaveLength(4);
  await choose(page, 'GPU');
  expect(await translate()).toEqual(texts);
  await expect(sheets.filter({ hasText: 'on the GPU' })).toHaveCount(2);
});

test('Automatic runs a race, takes the faster device and remembers it', async ({ page }) => {
  const { badge, speed, choice } = await open(page, `${GREEDY}&model=char-lstm-songs`);
  await choose(page, 'Automatic');
  await expect(badge).toHaveText(/Automatic: the [CG]PU is faster for “.+” \([\d,]+ against [\d,]+ tokens\/s\)\.$/, PATIENT);
  const said = await badge.innerText();
  const faster = said.includes('the GPU is faster') ? /second on the GPU$/ : /second$/;
  await written(page);
  await expect(speed).toHaveText(faster);
  await expect(badge).toHaveText(said);
  await page.reload();
  await expect(choice).toHaveValue('auto');
  // The same figures: there was no second race.
  await expect(badge).toHaveText(said, PATIENT);
});

test('a GPU that is lost in a song: the CPU goes on, and the next song does not try it again', async ({ page }) => {
  const { generate, status, song, notes, badge, speed } = await open(page, `${GREEDY.replace('40', '300')}&model=char-lstm-songs`);
  const text = await written(page);
  const lose = await holdDevice(page);
  await choose(page, 'GPU');
  await generate.click();
  await expect(status).toContainText('writing', PATIENT);
  const given = (await song.innerText()).length;
  await expect.poll(async () => (await song.innerText()).length, PATIENT).toBeGreaterThan(given);
  await lose();
  await expect(status).toContainText('Finished', PATIENT);
  expect(await song.innerText()).toBe(text);
  await expect(notes).toContainText('The CPU has gone on with the same text');
  await expect(badge).toHaveText('The GPU was lost: using the CPU.');
  expect(await written(page)).toBe(text);
  await expect(notes).toBeEmpty();
  await expect(speed).not.toContainText('GPU');
  await page.getByRole('button', { name: 'Ask for the GPU again' }).click();
  await expect(badge).toHaveText(CHECKED, PATIENT);
  await expect(page.getByRole('button', { name: 'Ask for the GPU again' })).toBeHidden();
});

test('a GPU that is lost in a translation: the CPU goes on', async ({ page }) => {
  const german = 'Die Sonne scheint.\nIch singe ein Lied.\n'.repeat(8);
  await open(page, `view=translate&seed=1&beam=1&german=${encodeURIComponent(german)}`);
  const { status, notes, badge } = parts(page);
  const lose = await holdDevice(page);
  await choose(page, 'GPU');
  await page.getByRole('button', { name: 'Translate' }).click();
  await expect(page.getByText(/^[1-8] of 16 translated/)).toBeVisible(PATIENT);
  await lose();
  await expect(status).toContainText('Finished: 16 pieces', PATIENT);
  await expect(notes).toContainText('The CPU has gone on with the same text');
  await expect(badge).toHaveText('The GPU was lost: using the CPU.');
});

test('a GPU that computes wrongly is found out, and the CPU writes', async ({ page }) => {
  const { badge, speed } = await open(page, `${GREEDY}&model=char-lstm-songs`);
  await page.workers()[0].evaluate(() => {
    const { prototype } = /** @type {any} */ (self).GPUDevice;
    const { createShaderModule } = prototype;
    prototype.createShaderModule = function (/** @type {{ code: string }} */ descriptor) {
      const code = descriptor.code.replace('fn tanh_(x: f32) -> f32 {', '$& return 1.001 * x;');
      return createShaderModule.call(this, { ...descriptor, code });
    };
  });
  await device(page).choice.selectOption('GPU');
  await expect(badge).toHaveText(/^This GPU computes wrongly \(\w+\): using the CPU\.$/, PATIENT);
  await written(page);
  await expect(speed).not.toContainText('GPU');
});

test('Stop answers soon on the GPU, also while it is checked', async ({ page }) => {
  const { generate, stop, status, choice, speed } = await open(page, 'seed=7&length=10000&model=gpt-songs');
  await choice.selectOption('GPU');
  await generate.click();
  await stop.click();
  await expect(status).toContainText('Stopped', { timeout: 3_000 });
  await expect(device(page).badge).toHaveText(CHECKED, PATIENT);
  await generate.click();
  await expect(speed).toContainText('on the GPU', PATIENT);
  await stop.click();
  // Less than the page's patience: it is the same worker that stops.
  await expect(status).toContainText('Stopped', { timeout: 900 });
  await expect(speed).toContainText('on the GPU');
});

test('a worker that hung is replaced, and the new one asks for the GPU itself', async ({ page }) => {
  const { generate, stop, status, speed } = await open(page, `${GREEDY}&model=char-lstm-songs`);
  await choose(page, 'GPU');
  void page.workers()[0].evaluate(() => setTimeout(() => { for (;;); })).catch(() => {});
  await generate.click();
  await stop.click();
  await expect(status).toContainText('Stopped');
  await written(page);
  await expect(speed).toContainText('on the GPU');
});

test('walks on the GPU, back and elsewhere', async ({ page }) => {
  await open(page, `view=lab&${GREEDY.replace('40', '12')}&model=gpt-songs`);
  const { status, song } = parts(page);
  const finish = page.getByRole('button', { name: 'To the end' });
  await finish.click();
  await expect(status).toHaveText('The text ends here. Tokens: 12.');
  const text = await song.innerText();
  await choose(page, 'GPU');
  for (const left of [11, 10]) {
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await expect(status).toContainText(`Tokens so far: ${left}`, PATIENT);
  }
  await finish.click();
  await expect(status).toHaveText('The text ends here. Tokens: 12, by the GPU.', PATIENT);
  expect(await song.innerText()).toBe(text);
});

test('two models side by side, each on a GPU of its own', async ({ page }) => {
  await page.goto(`#view=duel&${GREEDY}`);
  const rivals = page.getByRole('article');
  for (const rival of await rivals.all()) await expect(rival.getByRole('status')).toContainText('ready');
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

test('axe finds nothing at 360 px with all that the badge can say', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  const { badge } = await open(page, `${GREEDY}&model=char-lstm-songs`);
  await choose(page, 'Automatic');
  await expect(badge).toContainText('faster for', PATIENT);
  await expectNoViolations(page);
  await expectNoSidewaysScroll(page);
});
