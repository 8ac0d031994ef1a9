// Browser behaviour: files dropped anywhere, databases that close, page translation, screen readers. The numbers in
// test names are those of the cases they were derived from.

import { expect, test } from '@playwright/test';
import { openTrain, plan, train } from './learning.js';
import { open, SHORT, source } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Drops a file.
 *
 * @param {Page} page
 * @param {string} selector of the drop target
 * @returns {Promise<boolean[]>} whether `dragover` and `drop` prevented the browser from opening it
 */
async function drop(page, selector) {
  return await page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['Ein Lied'], 'lied.txt', { type: 'text/plain' }));
      return ['dragover', 'drop'].map((type) => !element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true })));
    });
}

for (const view of ['write', 'translate', 'look', 'lecture', 'train']) {
  test(`case 57: a file dropped in “${view}” opens nothing, and it is said where files go`, async ({ page }) => {
    await open(page, `view=${view}&seed=7`);
    // Wait until the page listens.
    await expect(page.locator('.view:not([hidden])')).toBeVisible();
    const note = page.getByRole('status').filter({ hasText: 'Files belong in “Train”' });
    for (const selector of ['h1', 'footer', '.view:not([hidden]) .lead, .view:not([hidden]) h2', 'textarea']) {
      if (selector === 'textarea' && (view === 'train' || view === 'lecture')) continue;
      expect(await drop(page, selector)).toEqual([true, true]);
      await expect(note).toBeVisible();
    }
    await note.getByRole('button', { name: 'Go there' }).click();
    await expect(note).toHaveCount(0);
    await expect(page.getByRole('heading', { name: 'Your models' })).toBeVisible();
  });
}

test('case 57: a dropped file goes where files are taken, and words can be dragged as ever', async ({ page }) => {
  const { text } = await openTrain(page);
  expect(await drop(page, '#train-text')).toEqual([true, true]);
  await expect(text).toHaveValue('Ein Lied');
  await expect(page.getByText('Files belong in')).toHaveCount(0);
  const prevented = await page.locator('h1').evaluate((element) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/plain', 'words');
    return !element.dispatchEvent(new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true }));
  });
  expect(prevented).toBe(false);
});

test('case 58: a file dropped beside its place while it learns ends nothing', async ({ page }) => {
  test.setTimeout(120_000);
  await openTrain(page);
  const start = await plan(page, { steps: 5_000 });
  await start.click();
  await expect(page.getByText('The model is learning')).toBeVisible();
  expect(await drop(page, 'h1')).toEqual([true, true]);
  await expect(page.getByText('Files belong in “Train”')).toBeVisible();
  await expect(page.getByText('The model is learning')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).filter({ visible: true }).click();
  await expect(page.getByText(/^Stopped after [\d,]+ steps/)).toBeVisible();
});

/**
 * Closes the database before each of the next `times` transactions, as iOS does.
 *
 * @param {number} times
 */
function closeDatabases(times) {
  const { transaction } = IDBDatabase.prototype;
  let left = times;
  IDBDatabase.prototype.transaction = function (/** @type {Parameters<typeof transaction>} */ ...args) {
    if (left > 0) {
      left -= 1;
      this.close();
    }
    return transaction.apply(this, args);
  };
}

test('case 61: a database that the browser has closed is opened anew, once', async ({ page }) => {
  await page.addInitScript(`window.closeDatabases = ${closeDatabases}`);
  await page.goto(`#${SHORT}`);
  const answers = await page.evaluate(async (database) => {
    const { get, putAll } = await import(database);
    const closeNext = /** @type {any} */ (window).closeDatabases;
    const put = (/** @type {string} */ value) => putAll([{ store: 'bytes', key: 'name', value }]).catch((/** @type {any} */ error) => error.code);
    await put('first');
    closeNext(1);
    const [again, then] = [await put('second'), await get('bytes', 'name')];
    closeNext(2);
    const [refused, mended] = [await put('third'), await put('fourth')];
    return [again, then, refused, mended, await get('bytes', 'name')];
  }, source('shelf/database.js'));
  expect(answers).toEqual([undefined, 'second', 'storage-denied', undefined, 'fourth']);
});

test('case 62: the note that nothing is kept goes when storage works again, and run and name are there', async ({ page }) => {
  test.setTimeout(120_000);
  await openTrain(page);
  const start = await plan(page, { steps: 5_000 });
  // The first write of the run, which contains its text, fails permanently.
  await page.evaluate(closeDatabases, 2);
  await start.click();
  await expect(page.getByText('The model is learning')).toBeVisible();
  const note = page
    .getByRole('list', { name: 'Notes' })
    .getByRole('listitem')
    .filter({ hasText: /stores nothing|does not store|storage/ });
  await expect(note).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).filter({ visible: true }).click();
  await expect(page.getByText(/^Paused/).first()).toBeVisible();
  await expect(note).toHaveCount(0);
  const name = train(page).runs.getByRole('textbox');
  await name.fill('My run');
  await name.blur();
  await page.waitForTimeout(500);
  await page.reload();
  await expect(train(page).runs.getByRole('textbox')).toHaveValue('My run');
  await train(page)
    .runs.getByRole('button', { name: /^Resume/ })
    .click();
  await expect(page.getByText('The model is learning')).toBeVisible();
});

test('case 63: songs, tokens, formulas and code are not for the browser to translate', async ({ page }) => {
  const kept = (/** @type {string} */ selector) =>
    page.locator(`.view:not([hidden]) :is(${selector})`).evaluateAll((all) => all.map((one) => one.closest('[translate]')?.getAttribute('translate')));
  const expectKept = async (/** @type {string} */ selector) => {
    await expect.poll(() => kept(selector)).not.toEqual([]);
    expect(new Set(await kept(selector))).toEqual(new Set(['no']));
  };
  await open(page, `${SHORT}&go=1`);
  await expectKept('.song');
  await open(page, 'view=lab&model=char-lstm-songs&seed=5&length=3&prompt=My+love&go=1');
  await expectKept('.token');
  await expectKept('.next tbody th :is(button, span)');
  await open(page, 'view=text');
  await expectKept('.cells ruby, .flow');
  await open(page, 'view=lecture&step=5');
  await expectKept('math, pre code');
  await open(page, 'view=translate&beam=1&go=1');
  await expectKept('.translation tbody :is(th, td)');
  // The page's own texts may be translated.
  expect(await page.locator('h1').evaluate((one) => one.closest('[translate=no]'))).toBeNull();
});

test('case 67: Play says that it begins and how it ended, and not each token', async ({ page }) => {
  await open(page, 'view=lab&model=char-lstm-songs&seed=5&length=12&prompt=My+love');
  const status = page.getByRole('status');
  await expect(status).toContainText('ready');
  await status.evaluate((element) => {
    const said = /** @type {string[]} */ ([]);
    new MutationObserver((all) => all.forEach(() => said.push(element.textContent ?? ''))).observe(element, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    Object.assign(window, { said });
  });
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(status).toContainText('The text ends here. Tokens: 12');
  const said = await page.evaluate(() => /** @type {any} */ (window).said);
  expect(said.filter((/** @type {string} */ one) => one.includes('is writing'))).toHaveLength(1);
  expect(said.length).toBeLessThanOrEqual(4);
});
