// Links with proofs: their content, and the page's verdict when they are opened.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { expectWellMadeInEveryLook, SCREEN_AND_PHONE } from './appearance.js';
import { controls, copiedLink, finished, generate, open, SHORT, source } from './page.js';

/** @typedef {import('@playwright/test').Page} Page */

const binary = process.env.LIEDWERK_BINARY ?? '../../target/debug/liedwerk';
const models = new URL('../../www/models/', import.meta.url).pathname;
const fixture = (/** @type {string} */ name) => JSON.parse(readFileSync(new URL(`../fixtures/links/${name}`, import.meta.url), 'utf8'));
/** Stored links of the shipped models, made by the command line and by the page. @type {string[]} */
const STORED = fixture('stored.json');
const STANZA = 'The moon is up, the stars are bright,\nThe river sings below;\nAnd all the lovers of the night\nAre where the willows grow.\n';

/** @param {Page} page */
const verdict = (page) => page.getByRole('region', { name: 'Link check' });

/**
 * Returns the link with some of its values changed.
 *
 * @param {string} link
 * @param {(given: URLSearchParams) => void} change
 */
function changed(link, change) {
  const url = new URL(link, 'http://page/');
  const given = new URLSearchParams(url.hash.slice(1));
  change(given);
  return `#${given}`;
}

/** @param {string} link */
function verified(link) {
  return execFileSync(binary, ['verify', link, '--models', models], { encoding: 'utf8' });
}

/**
 * Opens a link in the same tab, like a click.
 *
 * @param {Page} page
 * @param {string} hash
 */
async function follow(page, hash) {
  await page.evaluate(
    (next) => {
      location.hash = next;
    },
    hash.replace(/^.*#/, ''),
  );
}

test('a copied link verifies in another browser, and natively', async ({ page, browser }) => {
  const { prompt } = await open(page, `${SHORT}&temperature=0.9`);
  await prompt.fill(STANZA);
  const text = await generate(page);
  const link = await copiedLink(page, 'proves');
  expect(link.length).toBeLessThan(2_000);
  expect(link).toContain('z-prompt=');
  const elsewhere = await browser.newContext({ locale: 'en-GB' });
  const other = await elsewhere.newPage();
  await other.goto(link);
  expect(await finished(other)).toBe(text);
  await expect(verdict(other)).toContainText('Verified: Character LSTM (songs) wrote exactly the text');
  await expect(controls(other).prompt).toHaveValue(STANZA);
  await elsewhere.close();
  expect(verified(link)).toContain('identical');
});

test('a song with another setting, model or seed is no longer what the link was about', async ({ page }) => {
  await open(page, STORED[0]);
  await expect(verdict(page)).toContainText('Verified');
  await page.getByText('Settings', { exact: true }).click();
  await page.getByRole('button', { name: 'New seed' }).click();
  await expect(verdict(page)).toBeHidden();
  const { copyLink, status } = controls(page);
  await copyLink.click();
  await expect(status).toHaveText('Link copied. It opens this view with these settings.');
});

test('all stored links verify', async ({ page }) => {
  test.setTimeout(120_000);
  expect(STORED).toHaveLength(21);
  await page.goto('');
  for (const link of STORED) {
    await follow(page, link);
    const proofs = new URLSearchParams(link.replace(/^#/, '')).getAll('proof').length;
    await expect(verdict(page).getByText('Verified'), link).toHaveCount(proofs, { timeout: 40_000 });
  }
});

test('why a text differs is said', async ({ page }) => {
  const link = STORED[0];
  const first = changed(link, (given) => given.set('seed', '1'));
  await page.goto(first);
  await expect(verdict(page)).toContainText(/differs (by|from) character|within the first/);
  await expect(verdict(page)).toContainText('somebody has changed the link');
  const say = async (/** @type {(given: URLSearchParams, proof: string) => void} */ change, /** @type {string} */ text) => {
    await follow(
      page,
      changed(first, (given) => change(given, given.get('proof') ?? '')),
    );
    await expect(verdict(page)).toContainText(text);
  };
  await say((given, proof) => given.set('proof', `0123456789ab${proof.slice(12)}`), 'its weights are not the ones');
  await say((given) => given.set('v', '1.1'), 'another version of the page');
  await say((given) => given.set('top-p', '7'), 'out of range here: top-p');
  await say((given, proof) => {
    given.set('model', 'gone');
    given.set('proof', proof.replace(/[^.]*$/, 'gone'));
  }, 'the model “gone”');
  await say((given) => given.set('v', '2.1'), 'newer version of the page');
  await say((given, proof) => given.set('proof', proof.slice(0, -30)), 'This link is damaged');
});

test('damaged and oversized texts break nothing', async ({ page }) => {
  const bomb = fixture('vectors.json').refused.at(-1);
  for (const packed of ['!!', 'AAAA', bomb]) {
    await page.goto('about:blank');
    await page.goto(`#${SHORT}&go=1&v=1.4&z-prompt=${packed}`);
    await expect(verdict(page)).toContainText('This link is damaged');
    await expect(controls(page).status).toContainText('ready');
  }
  await generate(page);
});

test('page and command write and read proofs alike', async ({ page }) => {
  const { proofs, comparisons, malformed, packed, refused } = fixture('vectors.json');
  await page.goto('');
  const answers = await page.evaluate(
    async ({ proofs, comparisons, malformed, packed, refused, modules }) => {
      const { compare, parseProof, prove } = await import(modules.proof);
      const { pack, unpack } = await import(modules.link);
      const every = (/** @type {any[]} */ all, /** @type {(one: any) => unknown} */ answer) => Promise.all(all.map(answer));
      return {
        proofs: await every(proofs, ({ text, whole, model, sha256 }) => prove(text, whole, { id: model, files: { weights: { sha256 } } })),
        comparisons: await every(comparisons, ({ proof, text }) => compare(parseProof(proof), text)),
        malformed: malformed.map(parseProof),
        packed: await every(packed, async (one) => [await unpack(one.packed), await unpack(await pack(one.text))]),
        refused: await every(refused, unpack),
      };
    },
    { proofs, comparisons, malformed, packed, refused, modules: { proof: source('proof.js'), link: source('link.js') } },
  );
  expect(answers.proofs).toEqual(proofs.map((/** @type {any} */ one) => one.proof));
  expect(answers.comparisons).toEqual(comparisons.map((/** @type {any} */ one) => one.difference));
  expect(answers.malformed).toEqual(malformed.map(() => null));
  expect(answers.packed).toEqual(packed.map((/** @type {any} */ { text }) => [text, text]));
  expect(answers.refused).toEqual(refused.map(() => null));
});

test('a link of the command verifies in the page', async ({ page }) => {
  const folder = `${models}gpt-songs`;
  const settings = ['--seed', '5', '--temperature', '0.85', '--top-k', '40', '--max-new-tokens', '60', '--prompt', 'Über den Fluß,\n'];
  const said = execFileSync(binary, ['generate', '--model', folder, ...settings, '--link'], { encoding: 'utf8' });
  await page.goto(said.trimEnd().split('\n').at(-1) ?? '');
  await expect(verdict(page)).toContainText('Verified: GPT (songs)');
});

test('word by word: the link proves the text so far, tokens put in by hand and all', async ({ page }) => {
  await page.goto('#view=lab&model=gpt-songs&temperature=0.8&seed=3&length=40&forced=2.500');
  await expect(controls(page).status).toContainText('ready');
  const step = page.getByRole('button', { name: 'Step', exact: true });
  for (const tokens of ['1', '2', '3', '4']) {
    await step.click();
    await expect(controls(page).status).toContainText(`Tokens so far: ${tokens}`);
  }
  const link = await copiedLink(page, 'proves');
  expect(verified(link)).toContain('identical as far as it was written');
  await page.goto('about:blank');
  await page.goto(link);
  await expect(verdict(page)).toContainText('it had been stopped after');
});

for (const [what, hash, button] of [
  ['a song, cut where looking ends', 'look=char-lstm-songs&length=500', 'Generate'],
  ['a translation', 'look=transformer-de-en', 'Translate'],
]) {
  test(`look inside: its link verifies natively, too: ${what}`, async ({ page }) => {
    await page.goto(`#view=look&lang=en&seed=3&${hash}`);
    const { status } = controls(page);
    await expect(status).toContainText('ready');
    await page.getByRole('button', { name: button, exact: true }).click();
    await expect(status).toContainText('Finished');
    expect(verified(await copiedLink(page, 'proves'))).toContain('identical');
  });
}

for (const [language, name] of [
  ['de', 'Prüfung des Links'],
  ['en', 'Link check'],
]) {
  test(`the verdict is clear to axe: ${language}`, async ({ page }) => {
    await page.goto(`${changed(STORED[0], (given) => given.set('seed', '1'))}&lang=${language}`);
    await expect(page.getByRole('region', { name })).toContainText(language === 'de' ? 'Grund' : 'Reason');
    await expectWellMadeInEveryLook(page, SCREEN_AND_PHONE);
  });
}

test('case 71: a proven link with &amp; for & is read as meant', async ({ page }) => {
  for (const entity of ['&amp;', '&#38;']) {
    await page.goto('about:blank');
    await page.goto(STORED[0].replaceAll('&', entity));
    await expect(verdict(page)).toContainText('Verified');
  }
});

test('case 72: a proven link verifies whatever sentence it stands in', async ({ page }) => {
  for (const end of [')', ',', '>', '.', ').', '”', '*', '%20']) {
    await page.goto('about:blank');
    await page.goto(`${STORED[0]}${end}`);
    await expect(verdict(page)).toContainText('Verified');
  }
});

test('case 73: a link that has lost its end says that it is incomplete', async ({ page }) => {
  const [link] = STORED;
  const proof = link.indexOf('&proof=');
  for (const cut of [
    link.slice(0, proof),
    link.slice(0, proof + 1),
    link.slice(0, proof + 4),
    link.slice(0, link.indexOf('&seed') + 3),
    link.slice(0, proof + 40),
  ]) {
    await page.goto('about:blank');
    await page.goto(cut);
    await expect(verdict(page)).toContainText('incomplete');
    await expect(controls(page).status).toContainText(/ready|Finished/);
  }
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByText('unvollständig')).toBeVisible();
});

test('cases 73 and 75: a link that the page makes shows wherever it was cut, and has no plus signs', async ({ page }) => {
  await open(page, SHORT);
  await controls(page).prompt.fill('O the wind + the rain,\nI');
  await generate(page);
  const link = await copiedLink(page, 'proves');
  const hash = new URL(link).hash;
  expect(hash).toMatch(/^#v=1\.4&.*prompt=O%20the%20wind%20%2B%20the%20rain%2C%0AI&/);
  expect(hash).not.toContain('+');
  await expect.poll(() => new URL(page.url()).hash).toContain('O%20the%20wind%20%2B%20the');
  const troubles = await page.evaluate(
    async ([module, hash]) => {
      const { openLink } = await import(module);
      const all = [];
      for (let end = '#v=1.4'.length; end < hash.lastIndexOf('.'); end += 1) all.push((await openLink(hash.slice(0, end))).pledge?.trouble);
      return all;
    },
    [source('link.js'), hash],
  );
  expect(new Set(troubles)).toEqual(new Set(['cut', 'damaged']));
  expect(verified(link)).toContain('identical');
});

test('links are read alike by page and command, whatever has become of them on their way', async ({ page }) => {
  await page.goto('');
  const cases = fixture('fragments.json');
  const read = await page.evaluate(
    async ([module, cases]) => {
      const { readFragment } = await import(module);
      return cases.map((/** @type {any} */ { fragment }) => {
        const { given, isCut } = readFragment(fragment);
        return { fragment, pairs: [...given], cut: isCut };
      });
    },
    [source('fragment.js'), cases],
  );
  expect(read).toEqual(cases);
});
