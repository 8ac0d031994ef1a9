import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { generate, open } from './page.js';

const binary = process.env.LIEDWERK_BINARY ?? '../../target/debug/liedwerk';

/** @param {string} prompt */
function written(prompt) {
  const folder = new URL('../../www/models/char-lstm-songs', import.meta.url).pathname;
  const sampling = ['--seed', '11', '--temperature', '0.9', '--top-p', '0.95', '--max-new-tokens', '1000'];
  const output = ['--model', folder, '--prompt', prompt, '--json'];
  const report = JSON.parse(execFileSync(binary, ['generate', ...output, ...sampling], { encoding: 'utf8' }));
  return report.prompt + report.continuation;
}

test('the page writes the 1,000 characters that the native command writes', async ({ page }) => {
  const prompt = 'O the wind and the rain,\n';
  const text = written(prompt);
  expect(text.length).toBe(prompt.length + 1000);
  await open(page, `seed=11&length=1000&temperature=0.9&top-p=0.95&prompt=${encodeURIComponent(prompt)}`);
  expect((await generate(page)).trim()).toBe(text.trim());
});
