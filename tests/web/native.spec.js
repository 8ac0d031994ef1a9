import { execFileSync } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { generate, open } from './page.js';

const binary = process.env.LIEDWERK_BINARY ?? '../../target/debug/liedwerk';
const PROMPT = 'O the wind and the rain,\n';

/**
 * @param {string} model
 * @param {number} tokens
 */
function written(model, tokens) {
  const folder = new URL(`../../www/models/${model}`, import.meta.url).pathname;
  const sampling = ['--seed', '11', '--temperature', '0.9', '--top-p', '0.95', '--max-new-tokens', String(tokens)];
  const output = ['--model', folder, '--prompt', PROMPT, '--stop', '===', '--json'];
  const report = JSON.parse(execFileSync(binary, ['generate', ...output, ...sampling], { encoding: 'utf8' }));
  return report.prompt + report.continuation;
}

for (const [model, tokens] of /** @type {const} */ ([['char-lstm-songs', 1000], ['gpt-songs', 600]])) {
  test(`the page writes what the native command writes: ${model}`, async ({ page }) => {
    const text = written(model, tokens);
    expect(text.length).toBeGreaterThan(PROMPT.length + 200);
    const settings = `seed=11&length=${tokens}&temperature=0.9&top-p=0.95`;
    await open(page, `${settings}&model=${model}&prompt=${encodeURIComponent(PROMPT)}`);
    expect((await generate(page)).trim()).toBe(text.trim());
  });
}
