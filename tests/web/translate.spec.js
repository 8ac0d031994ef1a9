import { expect, test } from '@playwright/test';
import { expectNoSidewaysScroll, expectNoViolations, expectToFitEveryWidth, expectWellMadeInEveryLook } from './appearance.js';
import { expectInHash, source } from './page.js';
import { clipboard, desk, LORELEY, openTranslate, pieces, column, translate, translators } from './translating.js';

/** @typedef {import('@playwright/test').Page} Page */

/** @param {Page} page */
async function replaceNext(page, next = 'for (;;);') {
  await page.route('**/pkg/liedwerk.js', async (route) => {
    const response = await route.fetch();
    const body = `${await response.text()}\nTranslator.prototype.next = function () { ${next} };`;
    await route.fulfill({ response, body });
  });
}

test('translates line by line and keeps the stanzas', async ({ page }) => {
  const { copyText, status } = await openTranslate(page);
  const [model] = await translators(page);
  await translate(page, `${LORELEY}\n\n${LORELEY}\n`);
  await expect(pieces(page, model)).toHaveCount(8);
  await expect(status).toContainText('8 sentences');
  await copyText.click();
  await expect(status).toContainText('Text copied');
  const copied = await clipboard(page);
  const lines = copied.trim().split('\n');
  expect(lines).toHaveLength(9);
  expect(lines[4]).toBe('');
  for (const line of lines.filter((_, i) => i !== 4)) expect(line).toMatch(/[a-z]{2}/i);
  expect(lines.slice(5)).toEqual(lines.slice(0, 4));
});

test('a short sentence is understood', { tag: '@smoke' }, async ({ page }) => {
  await openTranslate(page);
  const [model] = await translators(page);
  await translate(page, 'Ich habe einen Hund.');
  await expect(pieces(page, model)).toContainText(/\bdog\b/);
});

test('says how good the model is and how fast it was', async ({ page }) => {
  const { status } = await openTranslate(page);
  const [model] = await translators(page);
  await translate(page, LORELEY);
  await expect(status).toContainText('4 sentences');
  await expect(column(page, model)).toContainText(/BLEU \d/);
  await expect(column(page, model)).toContainText(/\d ms per sentence, [\d,]+ tokens per second/);
  await page.getByText('About this model').filter({ visible: true }).click();
  await expect(page.getByText('chrF')).toBeVisible();
  await expect(page.getByText('measured with')).toBeVisible();
});

test('every beam width works, and none is ignored without a word', async ({ page }) => {
  const { beam } = await openTranslate(page);
  for (const width of ['1', '2', '4', '8']) {
    await beam.selectOption(width);
    await translate(page, 'Es war einmal ein König.');
    await expect(desk(page).alert).toBeEmpty();
  }
  await expectInHash(page, (hash) => hash.get('beam'), '8');
});

test('the alignment is a table of words whose rows sum to one', async ({ page }) => {
  const { alignment } = await openTranslate(page);
  await translate(page, 'Der alte Mann trinkt heute keinen Kaffee.');
  const table = alignment.getByRole('table');
  await expect(table).toContainText('Der alte Mann trinkt heute keinen Kaffee.');
  const columns = await table.getByRole('columnheader').allInnerTexts();
  for (const word of ['Der', 'alte', 'Mann', 'trinkt', 'heute', 'keinen', 'Kaffee']) {
    expect(columns).toContain(word);
  }
  const rows = await table
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader') })
    .all();
  expect(rows.length).toBeGreaterThan(4);
  for (const row of rows) {
    const weights = await row.getByRole('cell').evaluateAll((cells) => cells.map((cell) => Number.parseFloat(cell.ariaLabel ?? '')));
    expect(weights).toHaveLength(columns.length);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    expect(Math.abs(sum - 100)).toBeLessThan(0.06 * weights.length);
  }
});

test('the alignment answers to mouse and arrow keys', async ({ page }) => {
  const { alignment } = await openTranslate(page);
  await translate(page, 'Der Mann trinkt Kaffee.');
  const table = alignment.getByRole('table');
  const word = async (/** @type {number} */ row) => (await table.getByRole('rowheader').nth(row).innerText()).trim();
  const column = async (/** @type {number} */ i) => (await table.getByRole('columnheader').nth(i).innerText()).trim();
  const cells = table.getByRole('row').nth(1).getByRole('cell');
  await cells.nth(2).hover();
  await expect(alignment).toContainText(`${await word(0)} ← ${await column(2)}: ${await cells.nth(2).getAttribute('aria-label')}`);
  await page.mouse.move(0, 0);
  await cells.first().focus();
  await page.keyboard.press('ArrowRight');
  await expect(cells.nth(1)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(alignment).toContainText(`${await word(1)} ← ${await column(1)}: `);
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await expect(table.getByRole('row').nth(2).getByRole('cell').last()).toBeFocused();
});

test('a piece is chosen by mouse or by keyboard, and its alignment shown', async ({ page }) => {
  const { alignment } = await openTranslate(page);
  const [model] = await translators(page);
  await translate(page, 'Der Hund schläft.\nDie Katze ist weiß.\nIch singe.');
  const all = pieces(page, model);
  await expect(all.first()).toHaveAttribute('aria-pressed', 'true');
  await expect(alignment.getByRole('table')).toContainText('Der Hund schläft.');
  await all.nth(1).click();
  await expect(alignment.getByRole('table')).toContainText('Die Katze ist weiß.');
  await expect(all.nth(1)).toHaveAttribute('aria-pressed', 'true');
  await expect(all.first()).toHaveAttribute('aria-pressed', 'false');
  await all.nth(1).focus();
  await page.keyboard.press('ArrowDown');
  await expect(alignment.getByRole('table')).toContainText('Ich singe.');
});

test('a word that is pointed at lights up what the model looked at', async ({ page }) => {
  const [model] = await translators(page);
  await openTranslate(page);
  await translate(page, 'Der Hund schläft.\nIch trinke Kaffee.');
  const lit = (/** @type {string} */ word) =>
    page
      .getByRole('region', { name: 'Translation' })
      .getByText(word, { exact: true })
      .evaluate((element) => Number(element.style.getPropertyValue('--light')));
  await pieces(page, model).first().getByText('dog', { exact: true }).hover();
  expect(await lit('Hund')).toBeGreaterThan(await lit('Der'));
  await expect(page.getByText(/^dog ← Hund: \d+%$/)).toBeVisible();
  expect(await lit('Kaffee')).toBe(0);
  await page.mouse.move(0, 0);
  expect(await lit('Hund')).toBe(0);
  await pieces(page, model).nth(1).click();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByText(/ ← .+: \d+%$/)).toBeVisible();
});

test('two models translate the same sentence side by side', async ({ page }) => {
  const [first, second] = await translators(page);
  const { compare, alignment, copyText } = await openTranslate(page);
  await compare.check();
  await translate(page, 'Der Hund schläft.\nDie Katze ist weiß.');
  await expect(pieces(page, first)).toHaveCount(2);
  await expect(pieces(page, second)).toHaveCount(2);
  await expect(alignment.getByRole('table')).toHaveCount(2);
  await pieces(page, second).nth(1).click();
  for (const table of await alignment.getByRole('table').all()) {
    await expect(table).toContainText('Die Katze ist weiß.');
  }
  await expect(pieces(page, first).nth(1)).toHaveAttribute('aria-pressed', 'true');
  await copyText.click();
  const copied = await clipboard(page);
  expect(copied).toContain(first.title.en);
  expect(copied).toContain(second.title.en);
  await compare.uncheck();
  await expect(column(page, second)).toBeHidden();
});

test('a first visit with room for it compares two models; a phone and a link do not', async ({ page }) => {
  const [first, second] = await translators(page);
  const { compare, status } = desk(page);
  await page.goto('#view=translate');
  await expect(compare).toBeChecked();
  await expect(status).toContainText('Finished');
  for (const model of [first, second]) await expect(pieces(page, model)).toHaveCount(4);
  await page.goto('about:blank');
  await page.goto('#view=translate&german=Ich+singe.');
  await expect(compare).not.toBeChecked();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto('about:blank');
  await page.goto('#view=translate');
  await expect(pieces(page, first)).toHaveCount(4);
  await expect(compare).not.toBeChecked();
});

test('stops between pieces, and then translates again', async ({ page }) => {
  const { german, translate: button, stop, status } = await openTranslate(page);
  const [model] = await translators(page);
  await german.fill('Das Haus am See ist heute wieder leer. '.repeat(400));
  await button.click();
  await expect(pieces(page, model).nth(2)).toBeVisible();
  await stop.click();
  await expect(status).toContainText('Stopped after');
  await expect(stop).toBeDisabled();
  await translate(page, 'Ich singe.');
  await expect(pieces(page, model)).toHaveCount(1);
});

test('a worker that hangs is ended by Stop, and Translate works again', async ({ page }) => {
  await replaceNext(page);
  const { translate: button, stop, status } = await openTranslate(page);
  await button.click();
  await expect(status).toContainText('translating');
  await stop.click();
  await expect(status).toContainText('Stopped');
  await page.unroute('**/pkg/liedwerk.js');
  await translate(page, 'Ich singe.');
});

test('a crash is said, and the next run gets a new worker', async ({ page }) => {
  await replaceNext(page, "throw new WebAssembly.RuntimeError('unreachable');");
  const { translate: button, alert, retry, status } = await openTranslate(page);
  await button.click();
  await expect(alert).toContainText('engine-crashed');
  await page.unroute('**/pkg/liedwerk.js');
  await retry.click();
  await expect(status).toContainText('Finished');
  await expect(alert).toBeEmpty();
});

test('a list of models that cannot be read is said, and Try again mends it', async ({ page }) => {
  await translators(page);
  await page.route('**/models/index.json', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto('#view=translate&seed=1&beam=1');
  const { alert, retry, status } = desk(page);
  await expect(alert).toContainText('bad-manifest');
  await expectNoViolations(page);
  await page.unroute('**/models/index.json');
  await retry.click();
  await expect(status).toContainText('ready');
  await translate(page, 'Ich singe.');
});

for (const [what, text] of /** @type {const} */ ([
  ['nothing', ''],
  ['white space', ' \n\t\n '],
])) {
  test(`${what} is nothing to translate, and that is said`, async ({ page }) => {
    const { german, translate: button, notes, status } = await openTranslate(page);
    await german.fill(text);
    await button.click();
    await expect(notes).toContainText('no German words');
    await expect(status).toContainText('Nothing to do');
    await expectInHash(page, (hash) => hash.get('german'), text);
  });
}

for (const [what, text, note] of /** @type {const} */ ([
  ['punctuation', '… — !?', 'no German words'],
  ['emoji', '🎵🌹 🌹', 'no German words'],
  ['English', 'This is the house that they built for the old man.', 'does not look like German'],
  ['Chinese', '我喜歡唱歌。', 'does not look like German'],
  ['control characters', 'Ich\u0001 singe\u0007.\u0000\u001b[31m', 'U+0001'],
])) {
  test(`${what} comes to an end without an error, and a note says what is odd`, async ({ page }) => {
    const { alert, notes } = await openTranslate(page);
    await translate(page, text);
    await expect(notes).toContainText(note);
    await expect(alert).toBeEmpty();
    await expectNoSidewaysScroll(page);
  });
}

test('one word of 5,000 letters stays as it is, fits the page, and that is said', async ({ page }) => {
  const { notes, alert } = await openTranslate(page);
  const word = 'Donaudampfschiff'.repeat(313);
  await translate(page, `Ich singe.\n${word}`);
  await expect(notes).toContainText('more than 100 letters');
  await expect(page.getByRole('region', { name: 'Translation' })).toContainText(word.slice(0, 300));
  await expectNoSidewaysScroll(page);
  await expect(alert).toBeEmpty();
});

test('100 kB are cut, and that is said at once', async ({ page }) => {
  const { german, translate: button, notes, stop, status } = await openTranslate(page);
  const [model] = await translators(page);
  await german.fill('Ich gehe nach Hause, und du bleibst hier. '.repeat(2_500));
  await button.click();
  await expect(notes).toContainText('20,000');
  await expect(pieces(page, model).first()).toBeVisible();
  await stop.click();
  await expect(status).toContainText('Stopped');
  await page.reload();
  expect((await german.inputValue()).length).toBe(20_000);
});

test('a copied link gives the same translation elsewhere, and nothing of the other views', async ({ page, browser }) => {
  const { copyLink, copyText, status } = await openTranslate(page, 'beam=2&prompt=my+secret');
  await translate(page, 'Die „Rose“ & das Gras — 100 % schön?\n\nIch weiß es nicht.');
  await copyText.click();
  await expect(status).toContainText('Text copied');
  const text = await clipboard(page);
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  const link = await clipboard(page);
  expect(link).not.toContain('secret');
  const elsewhere = await browser.newContext({ locale: 'en-GB', permissions: ['clipboard-read', 'clipboard-write'] });
  const other = await elsewhere.newPage();
  await other.goto(link);
  await expect(desk(other).status).toContainText('Finished');
  await desk(other).copyText.click();
  await expect(desk(other).status).toContainText('Text copied');
  expect(await clipboard(other)).toBe(text);
  await elsewhere.close();
});

test('every setting goes into the address and comes back', async ({ page }) => {
  const [, second] = await translators(page);
  const { german, model, beam, compare } = await openTranslate(page, '');
  await german.fill('Grün');
  await model.selectOption({ label: second.title.en });
  await beam.selectOption('2');
  await compare.check();
  const expected = { view: 'translate', seed: '1', german: 'Grün', translator: second.id, beam: '2', compare: '1' };
  await expectInHash(page, (hash) => Object.fromEntries(hash), expected);
  await page.reload();
  await expect(german).toHaveValue('Grün');
  await expect(model).toHaveValue(second.id);
  await expect(beam).toHaveValue('2');
  await expect(compare).toBeChecked();
});

test('a hostile link is ignored field by field', async ({ page }) => {
  const { beam, model, compare, german } = await openTranslate(page, 'beam=3&compare=yes&translator=../x&german=<b>');
  await expect(beam).toHaveValue('4');
  await expect(compare).not.toBeChecked();
  await expect(model).not.toHaveValue('');
  await expect(german).toHaveValue('<b>');
});

test('an old song is one click away', async ({ page }) => {
  const { german } = await openTranslate(page);
  await page.getByRole('button', { name: /Der Lindenbaum/ }).click();
  await expect(german).toHaveValue(/^Am Brunnen vor dem Tore/);
});

test('without a translator the page says so', async ({ page }) => {
  await page.route('**/models/index.json', async (route) => {
    const response = await route.fetch();
    const manifest = await response.json();
    manifest.models = manifest.models.filter((/** @type {any} */ { model_type }) => model_type === 'char_lstm');
    await route.fulfill({ json: manifest });
  });
  await page.goto('#view=translate&seed=1&go=1');
  await expect(page.getByText('no translation model')).toBeVisible();
  await expect(desk(page).translate).toBeDisabled();
  await expect(desk(page).alert).toBeEmpty();
  await expectNoViolations(page);
});

test('speaks German when the browser does', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  await page.goto('#view=translate&seed=1&beam=1&go=1');
  await expect(page.getByRole('status')).toContainText('4 Sätze übersetzt');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('status')).toContainText('Finished: 4 sentences');
  await context.close();
});

test('axe finds nothing and nothing scrolls sideways', async ({ page }) => {
  const { compare, status, alignment } = await openTranslate(page);
  await expect(status).toContainText('ready');
  await expectWellMadeInEveryLook(page);
  await compare.check();
  await translate(page, LORELEY);
  await alignment.getByRole('cell').nth(4).focus();
  await expectWellMadeInEveryLook(page);
});

test('fits every width', async ({ page }) => {
  await openTranslate(page);
  await translate(page, `Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz ${'sehr '.repeat(20)}schön`);
  await expectToFitEveryWidth(page);
});

test('attention of word pieces becomes attention of words', async ({ page }) => {
  await page.goto('');
  const words = await page.evaluate(async (module) => {
    const { wordAttention } = await import(module);
    return wordAttention({
      source_tokens: ['<start>', ' ', ' Haus', 'tür', '.', '<end>'],
      target_tokens: [' front', ' do', 'or', '<end>'],
      attention: [
        [0, 0, 0.5, 0.25, 0.25, 0],
        [0.5, 0.125, 0.125, 0.25, 0, 0],
        [0, 0, 0.25, 0.5, 0.25, 0],
        [0, 0, 0, 0, 0, 1],
      ],
    });
  }, source('words.js'));
  expect(words).toEqual({
    source: ['<start>', 'Haustür', '.', '<end>'],
    target: ['front', 'door', '<end>'],
    weights: [
      [0, 0.75, 0.25, 0],
      [0.25, 0.625, 0.125, 0],
      [0, 0, 0, 1],
    ],
  });
});
