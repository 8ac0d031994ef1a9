// Train: training on a text, using the model, and resuming without loss.

import { open as openFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { expectWellMade } from './appearance.js';
import { openTrain as open, plan, STEPS, train } from './learning.js';
import { longestTask } from './main-thread.js';
import { controls } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Returns the losses of all steps as the page shows them.
 *
 * @param {Page} page
 */
async function losses(page) {
  const figure = page.getByRole('figure').filter({ hasText: 'On held-out data' });
  const table = figure.getByRole('table');
  // Retry, since the figure may be redrawn during the click.
  await expect(async () => {
    if (!(await table.isVisible())) await figure.getByText('As a table').click();
    await expect(table).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(table.getByRole('row').last()).toContainText(String(STEPS));
  const rows = await table.getByRole('row').allInnerTexts();
  expect(rows.length).toBeGreaterThan(10);
  // Step, loss and mean, without the validation loss, since a pause may interrupt a validation.
  return rows.map((row) => row.split('\t').slice(0, 3));
}

/** A later response to a click feels like hanging. */
const ANSWER_MS = 100;

/**
 * Measures the time from a click until the page has responded and painted, in milliseconds, sorted ascending.
 *
 * @param {Page} page
 */
async function answered(page) {
  return page.evaluate(async () => {
    const button = /** @type {HTMLElement} */ (document.querySelector('button[data-language="en"]'));
    const times = [];
    for (let i = 0; i < 100; i += 1) {
      const before = performance.now();
      await new Promise((resolve) => {
        button.addEventListener('click', () => requestAnimationFrame(resolve), { once: true });
        setTimeout(() => button.click());
      });
      times.push(performance.now() - before);
    }
    return times.sort((a, b) => a - b);
  });
}

test('start, pause, reload, go on, download, open in another profile, write', async ({ page, browser }) => {
  test.setTimeout(120_000);
  const { models, runs } = await open(page);
  const beforehand = page.getByText(/^Computed beforehand/);
  await expect(beforehand).toBeInViewport();
  await expect(page.getByRole('region', { name: 'What it writes' }).getByRole('article').first()).toBeVisible();
  // Long enough to be paused even on a fast machine.
  const steps = 160;
  const start = await plan(page, { steps });
  await start.click();
  await expect(page.getByText(`Finished after ${steps} steps.`)).toBeVisible({ timeout: 60_000 });
  await expect(beforehand).toBeHidden();
  const whole = await losses(page);
  await expect(page.getByRole('region', { name: 'What it writes' }).getByRole('article').first()).toBeVisible();

  await start.click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText(/^Paused at step [\d,]+/)).toBeVisible();
  await page.reload();
  await expect(page.getByText('A run was interrupted.')).toBeVisible();
  await runs.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByText(`Finished after ${steps} steps.`)).toBeVisible({ timeout: 60_000 });
  expect(await losses(page)).toEqual(whole);

  await expect(models.getByRole('listitem')).toHaveCount(2);
  const downloading = page.waitForEvent('download');
  await models.getByRole('button', { name: 'Download' }).first().click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.safetensors$/);

  const profile = await browser.newContext();
  const other = await profile.newPage();
  const there = await open(other);
  await other.getByLabel('Open a model file').setInputFiles(await download.path());
  await expect(there.models.getByRole('listitem')).toHaveCount(1);
  await there.models.getByRole('button', { name: 'Write with it' }).click();
  await other.getByText('Settings', { exact: true }).click();
  await other.getByLabel('Length').fill('40');
  await controls(other).generate.click();
  await expect(other.getByText(/Finished: 40 characters/)).toBeVisible();
  await controls(other).copyLink.filter({ visible: true }).click();
  // A recipient of the link does not have the model.
  await expect(other.getByText(/only in this browser|does not allow copying/)).toBeVisible();
  await profile.close();
});

test('the page answers while it learns, the rate changes, stop keeps the model and a way on', { tag: '@quiet' }, async ({ page }) => {
  const { models, runs } = await open(page);
  const start = await plan(page, { steps: 2000, decay_steps: 500 });
  await start.click();
  await expect(page.getByText('The model is learning')).toBeVisible();
  /** @type {number[]} */
  let answers = [];
  const longest = await longestTask(page, async () => {
    answers = await answered(page);
    // Retry, since other programs may use the processor; a slow page is slow every time.
    for (let again = 0; again < 2 && Math.max(...answers) >= ANSWER_MS; again += 1) answers = await answered(page);
  });
  console.log(`answers while training, ms: ${answers.map(Math.round).join(' ')}; longest task ${longest.toFixed(1)}`);
  expect(Math.max(...answers)).toBeLessThan(ANSWER_MS);
  expect(longest).toBeLessThan(50);
  await page.getByRole('spinbutton', { name: 'Learning rate' }).fill('0.0005');
  await page.getByRole('button', { name: 'Set' }).click();
  await expect(page.getByText('The learning rate is 0.0005')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).filter({ visible: true }).click();
  await expect(page.getByText(/^Stopped after [\d,]+ steps/)).toBeVisible();
  await expect(models.getByRole('listitem')).toHaveCount(1);
  await expect(runs.getByRole('button', { name: 'Resume' })).toBeVisible();
  await models.getByRole('textbox', { name: 'Name' }).fill('My verse');
  await models.getByRole('textbox', { name: 'Name' }).blur();
  await page.getByRole('button', { name: 'LSTM against GPT: My verse' }).click();
  await expect(page.getByRole('heading', { name: 'My verse' })).toBeVisible();
  await page.goBack();
  const remove = models.getByRole('button', { name: /Delete/ });
  await remove.click();
  await models.getByRole('button', { name: /Really delete/ }).click();
  await expect(models.getByRole('listitem')).toHaveCount(0);
});

test('a second tab and a full disk are said, and cost nothing', async ({ page, context }) => {
  await open(page);
  const start = await plan(page, { steps: 300 });
  const devtools = await context.newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(page.url()).origin, quotaSize: 1000 });
  await start.click();
  await expect(page.getByText('The model is learning')).toBeVisible();
  await expect(train(page).note('storage is full')).toBeVisible();
  const second = await context.newPage();
  await open(second);
  await second.getByRole('button', { name: 'Eleven English songs' }).click();
  await train(second).start.click();
  await expect(train(second).note('Another tab is already training')).toBeVisible();
  await second.close();
  await page.getByRole('button', { name: 'Stop' }).filter({ visible: true }).click();
  await expect(train(page).models).toContainText('not stored in the browser');
  const downloading = page.waitForEvent('download');
  await train(page).models.getByRole('button', { name: 'Download' }).click();
  expect((await downloading).suggestedFilename()).toMatch(/\.safetensors$/);
});

test('who starts at once means the text that is still on its way, and the last of several', async ({ page }) => {
  const { text, start } = await open(page);
  /** @type {(() => void)[]} */
  const waiting = [];
  await page.route('**/verse-*.txt', async (route) => {
    await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Eleven English songs' }).click();
  await expect.poll(() => waiting.length).toBe(1);
  await page.getByRole('button', { name: 'Eight German songs' }).click();
  await expect.poll(() => waiting.length).toBe(2);
  await start.click();
  await expect(start).toBeDisabled();
  waiting[1]();
  await expect(page.getByText('The model is learning')).toBeVisible();
  const german = await text.inputValue();
  expect(german).toContain('ß');
  const late = page.waitForResponse('**/verse-en.txt');
  waiting[0]();
  await (await late).finished();
  await page.getByRole('button', { name: 'Stop' }).filter({ visible: true }).click();
  await expect(page.getByText(/^Stopped after [\d,]+ steps/)).toBeVisible();
  expect(await text.inputValue()).toBe(german);
});

test('files in other encodings and formats are read, what is no text is refused', async ({ page }) => {
  const { files, text, note, alert, start } = await open(page);
  const file = (/** @type {string} */ name, /** @type {Buffer} */ buffer) => ({ name, mimeType: 'text/plain', buffer });
  await start.click();
  await expect(note('no text to learn from yet')).toBeVisible();
  const verse = 'Die Vögel grüßen früh\nund süß ist der Süden.\n';
  await files.setInputFiles(file('a.txt', Buffer.from(verse.repeat(40), 'latin1')));
  await expect(text).toHaveValue(verse.repeat(40));
  await expect(note('Windows-1252')).toBeVisible();
  await files.setInputFiles(file('b.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(verse.repeat(40), 'utf16le')])));
  await expect(note('UTF-16')).toBeVisible();
  await expect(text).toHaveValue(verse.repeat(40));
  const lrc = '[ti:Rain]\n[ar:nobody]\n[00:10.00]The rain <00:11.00>came down\n[00:12.50][00:20.00]and sang\n[00:15.00]all night\n';
  await files.setInputFiles(file('c.lrc', Buffer.from(lrc)));
  await expect(text).toHaveValue('=== Rain\nThe rain came down\nand sang\nall night\nand sang\n');
  await expect(alert('text-too-short')).toBeVisible();
  await files.setInputFiles(file('d.txt', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3])));
  await expect(alert('not-text')).toBeVisible();
  const folder = test.info().outputPath('large.txt');
  const { writeFile } = await import('node:fs/promises');
  await writeFile(folder, Buffer.alloc(50_000_000, 'la la la\n'));
  await files.setInputFiles(folder);
  await expect(alert('file-too-large')).toBeVisible();
  await page.getByLabel('Open a model file').setInputFiles(file('e.safetensors', Buffer.from('no model at all')));
  await expect(alert('bad-weights')).toBeVisible();
  await page.getByLabel('Model', { exact: true }).filter({ visible: true }).selectOption('seq2seq');
  await text.fill('no tab in here\n'.repeat(30));
  await expect(alert('bad-pairs')).toBeVisible();
});

test('a file that is gone when it is read is named as the cause, and breaks nothing', async ({ page }) => {
  const { text, files, alert } = await open(page);
  const path = test.info().outputPath('gone.safetensors');
  await writeFile(path, 'x'.repeat(2000));
  // Chosen before it is removed, and handed over after that.
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'chosen' })));
  await page.locator('#chosen').setInputFiles(path);
  // Browsers look at a file when its size is first asked for.
  expect(await page.locator('#chosen').evaluate((/** @type {HTMLInputElement} */ input) => input.files?.[0].size)).toBe(2000);
  await rm(path);
  for (const picker of [page.getByLabel('Open a model file'), files]) {
    await picker.evaluate((/** @type {HTMLInputElement} */ input) => {
      input.files = /** @type {HTMLInputElement} */ (document.getElementById('chosen')).files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await expect(alert('file-unreadable')).toContainText('could not be read');
  }
  await expect(text).toBeEditable();
});

const LARGE = 900 * 2 ** 20;

/**
 * Makes a file without content, except its beginning, that takes no room on the disk.
 *
 * @param {string} name
 * @param {number} size in bytes
 * @param {string | Buffer} beginning
 */
async function large(name, size, beginning) {
  const path = test.info().outputPath(name);
  const file = await openFile(path, 'w');
  await file.write(Buffer.from(beginning));
  await file.truncate(size);
  await file.close();
  return path;
}

test('models as people have them are opened, large ones that cannot be are refused by the ends of their files', async ({ page }) => {
  const { alert } = await open(page);
  const models = page.getByLabel('Open a model file');
  const fixture = (/** @type {string} */ name) => fileURLToPath(new URL(`../fixtures/formats/${name}`, import.meta.url));
  const shards = [1, 2, 3].map((i) => `gpt2-sharded/model-0000${i}-of-00003.safetensors`);
  const rest = ['config.json', 'tokenizer.json', 'model.safetensors.index.json'].map((name) => `gpt2-sharded/${name}`);
  await models.setInputFiles([...rest, ...shards].map(fixture));
  const own = page.getByRole('region', { name: 'Your models' });
  await expect(own.getByLabel('Name').first()).toHaveValue('model');
  await models.setInputFiles(['nanogpt/ckpt.pt', 'nanogpt/meta.pkl'].map(fixture));
  await expect(own.getByRole('listitem')).toHaveCount(2);
  await models.setInputFiles(['keras/keras3.keras', 'keras/chars.json'].map(fixture));
  await expect(own.getByRole('listitem')).toHaveCount(3);
  const gguf = await large('large.gguf', 3 * 2 ** 30, 'GGUF');
  await models.setInputFiles(gguf);
  await expect(alert('other-format')).toContainText('GGUF', { timeout: 1000 });
  // Their ends show that these cannot be opened, so that they are not read whole.
  const tensors = [0, 1, 2, 3].map((i) => [`w${i}`, { dtype: 'F32', shape: [LARGE / 16], data_offsets: [(i * LARGE) / 4, ((i + 1) * LARGE) / 4] }]);
  const header = JSON.stringify(Object.fromEntries(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await models.setInputFiles(await large('large.safetensors', 8 + header.length + LARGE, Buffer.concat([length, Buffer.from(header)])));
  await expect(alert('bad-tokenizer')).toContainText('there is no tokenizer.json', { timeout: 3000 });
  await models.setInputFiles(await large('large.zip', LARGE, 'PK\x03\x04'));
  await expect(alert('bad-weights')).toContainText('cut off', { timeout: 3000 });
  // The opened model can write.
  await own
    .getByRole('button', { name: /^Write/ })
    .first()
    .click();
  await controls(page).prompt.fill('hallo wir ');
  await controls(page).generate.click();
  await expect(controls(page).status).toContainText('Finished');
});

for (const [lang, width] of /** @type {const} */ ([
  ['de', 360],
  ['en', 1440],
])) {
  test(`axe finds nothing and nothing scrolls sideways: ${lang}, ${width} px`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: width === 360 ? 'dark' : 'light' });
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`#view=train&seed=1&lang=${lang}`);
    await page.getByRole('button', { name: lang === 'de' ? 'Elf englische Lieder' : 'Eleven English songs' }).click();
    await page.getByText(lang === 'de' ? 'Hyperparameter' : 'Hyperparameters', { exact: true }).click();
    await page.getByRole('button', { name: lang === 'de' ? 'Training beginnen' : 'Start training' }).click();
    await expect(page.getByText(lang === 'de' ? 'Das Modell lernt' : 'The model is learning')).toBeVisible();
    for (const summary of await page.getByText(lang === 'de' ? 'Als Tabelle' : 'As a table').all()) await summary.click();
    await expect(page.getByRole('table').filter({ visible: true }).first()).toBeVisible();
    await expectWellMade(page);
  });
}
