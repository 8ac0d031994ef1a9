import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { learn, openTrain, PLAN, plan, VERSE } from './learning.js';
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

for (const [model, tokens] of /** @type {const} */ ([
  ['char-lstm-songs', 1000],
  ['gpt-songs', 600],
])) {
  test(`the page writes what the native command writes: ${model}`, { tag: '@smoke' }, async ({ page }) => {
    const text = written(model, tokens);
    expect(text.length).toBeGreaterThan(PROMPT.length + 200);
    const settings = `seed=11&length=${tokens}&temperature=0.9&top-p=0.95`;
    await open(page, `${settings}&model=${model}&prompt=${encodeURIComponent(PROMPT)}`);
    expect((await generate(page)).trim()).toBe(text.trim());
  });
}

/**
 * Trains with the command line; returns the losses of all steps and the tokenizer.
 *
 * @param {string} plan
 */
function learned(plan) {
  const folder = mkdtempSync(join(tmpdir(), 'liedwerk-'));
  try {
    writeFileSync(join(folder, 'plan.json'), plan);
    const files = ['--plan', join(folder, 'plan.json'), '--text', VERSE, '--log', join(folder, 'log.jsonl')];
    execFileSync(binary, ['train', ...files, '--out', join(folder, 'out'), '--arithmetic', 'portable']);
    const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n');
    return { losses: lines.map((line) => Math.fround(JSON.parse(line).loss)), tokenizer: readFileSync(join(folder, 'out/tokenizer.json'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the page learns what the native command learns, to the bit', async ({ page }) => {
  const native = learned(JSON.stringify(PLAN));
  expect(native.losses).toHaveLength(12);
  await page.goto('');
  const found = await learn(page, 'cpu');
  expect(found.losses).toEqual(native.losses);
  expect(found.tokenizer).toBe(native.tokenizer);
});

test('a plan that is copied from the page teaches the command the same', async ({ page }) => {
  await openTrain(page);
  await plan(page, { steps: 3, warmup_steps: 1, decay_steps: 1 });
  await page.getByRole('button', { name: 'Copy the plan' }).click();
  await expect(page.getByText('Copied. Save the plan to a file')).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const native = learned(copied);
  expect(native.losses).toHaveLength(3);
  expect((await learn(page, 'cpu', JSON.parse(copied))).losses).toEqual(native.losses);
});
