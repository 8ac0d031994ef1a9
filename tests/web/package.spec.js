// The npm package: packed, installed into an empty project, and used in Node and in a page.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';

const binary = process.env.LIEDWERK_BINARY ?? '../../target/debug/liedwerk';
const MODEL = new URL('../../www/models/char-lstm-songs', import.meta.url).pathname;
const PROMPT = 'O the wind and the rain,\n';
/** The library's default settings. */
const SAMPLING = ['--seed', '11', '--max-new-tokens', '60', '--temperature', '0.6', '--top-p', '0.95'];
const MOST_BYTES = 1_000_000;

let project = '';

test.beforeAll(() => {
  const { LIEDWERK_PACKAGE } = process.env;
  if (!LIEDWERK_PACKAGE) throw new Error('LIEDWERK_PACKAGE is not set: it names the folder of the package');
  project = mkdtempSync(join(tmpdir(), 'liedwerk-'));
  const npm = (/** @type {string[]} */ ...all) => execFileSync('npm', all, { cwd: project, encoding: 'utf8' });
  const packed = join(project, npm('pack', '--silent', LIEDWERK_PACKAGE).trim());
  expect(statSync(packed).size).toBeLessThan(MOST_BYTES);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  npm('install', '--offline', '--no-audit', '--no-fund', '--silent', packed);
});

test.afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Generates the same text with the native command. */
function written() {
  const report = JSON.parse(execFileSync(binary, ['generate', '--model', MODEL, '--prompt', PROMPT, ...SAMPLING, '--json'], { encoding: 'utf8' }));
  return report.prompt + report.continuation;
}

test('ten lines write in Node what the command writes', () => {
  const song = `
    import { load } from 'liedwerk';
    const writer = await load(${JSON.stringify(MODEL)});
    const song = await writer.write({ prompt: ${JSON.stringify(PROMPT)}, seed: 11, max_new_tokens: 60, temperature: 0.6 });
    writer.free();
    process.stdout.write(song);
    await load('nowhere').catch(({ code }) => process.stdout.write('|' + code));`;
  const said = execFileSync('node', ['--input-type=module', '--eval', song], { cwd: project, encoding: 'utf8' });
  const [text, code] = said.split('|');
  expect(text).toBe(written());
  expect(code).toBe('ENOENT');
});

test('an element writes the same in any page', async ({ page }) => {
  const installed = join(project, 'node_modules/liedwerk');
  await page.route('**/any/**', (route) => {
    const { pathname } = new URL(route.request().url());
    const name = pathname.split('/any/')[1];
    const type = { js: 'text/javascript', wasm: 'application/wasm' }[name.split('.').at(-1) ?? ''] ?? 'text/html';
    const page = `<!doctype html><title>any</title><script type="module" src="element.js"></script>
      <liedwerk-song model="../models/char-lstm-songs" prompt="O the wind and the rain,&#10;" seed="11" length="60" temperature="0.6"></liedwerk-song>`;
    return route.fulfill({ contentType: type, body: name === '' ? page : readFileSync(join(installed, name)) });
  });
  await page.goto('any/');
  const song = page.locator('liedwerk-song');
  await expect(song.locator('p')).toHaveAttribute('aria-busy', 'false');
  expect(await song.evaluate((element) => 'text' in element && element.text)).toBe(written());
});
