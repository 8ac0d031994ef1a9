import { expect, test } from '@playwright/test';
import { controls, expectInHash, finished, forgetStatus, generate, open, SHORT } from './page.js';

test('an example can be read before any weights have arrived', async ({ page }) => {
  await page.route('**/models/**', () => {});
  const { song } = await open(page);
  await expect(song).toContainText('Example');
  expect((await song.innerText()).length).toBeGreaterThan(100);
});

test('generates as many characters as asked for and says how fast', async ({ page }) => {
  const { status } = await open(page);
  await generate(page);
  await expect(status).toContainText('120 characters');
  await expect(page.getByText(/\d characters per second/)).toBeVisible();
});

test('the song begins with the first words', async ({ page }) => {
  const { prompt } = await open(page);
  await prompt.fill('My love is like ');
  expect(await generate(page)).toMatch(/^My love is like /);
});

for (const [lang, name, settings, keep] of [
  ['en', 'Generate', 'Settings', 'Keep'],
  ['de', 'Dichten', 'Einstellungen', 'Behalten'],
]) {
  test(`each time another song, unless the seed is kept: ${lang}`, async ({ page }) => {
    await open(page, `${SHORT}&lang=${lang}`);
    const { status } = controls(page);
    const written = async () => {
      await forgetStatus(page);
      await page.getByRole('button', { name, exact: true }).click();
      await expect(status).toContainText(/Finished|Fertig/);
      return await page.getByRole('region', { name: /^(Song|Lied)$/ }).innerText();
    };
    const seed = () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('seed');
    // The first song has the seed of the link.
    const first = await written();
    expect(seed()).toBe('7');
    const second = await written();
    expect(second).not.toBe(first);
    await expect.poll(seed).not.toBe('7');
    await page.getByText(settings, { exact: true }).click();
    await page.getByRole('checkbox', { name: keep }).check();
    const kept = seed();
    expect(await written()).toBe(second);
    await expectInHash(page, (hash) => [hash.get('keep-seed'), hash.get('seed')], ['1', kept]);
    await page.reload();
    await page.getByText(settings, { exact: true }).click();
    await expect(page.getByRole('checkbox', { name: keep })).toBeChecked();
    expect(await written()).toBe(second);
    expect(seed()).toBe(kept);
    // A typed seed is used.
    await page.getByRole('checkbox', { name: keep }).uncheck();
    await page.getByRole('spinbutton', { name: /^(Seed|Zufallszahl \(Seed\))$/ }).fill('7');
    expect(await written()).toBe(first);
  });
}

test('a link carries the seed of the song that stands there', async ({ page }) => {
  const { copyLink, status } = await open(page);
  const first = await generate(page);
  const second = await generate(page);
  expect(second).not.toBe(first);
  await copyLink.click();
  await expect(status).toContainText('Link copied');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto('about:blank');
  await page.goto(link);
  expect(await finished(page)).toBe(second);
});

test('stops, and then generates again', { tag: '@smoke' }, async ({ page }) => {
  const { generate: button, stop, status, song } = await open(page, 'seed=7&length=10000');
  await button.click();
  await expect(status).toContainText('writing');
  await expect(song).not.toContainText('Example');
  await stop.click();
  await expect(status).toContainText('Stopped');
  await expect(stop).toBeDisabled();
  await page.getByText('Settings', { exact: true }).click();
  await page.getByLabel('Length').fill('80');
  await generate(page);
  await expect(status).toContainText('80 characters');
});

test('works by keyboard alone', async ({ page }) => {
  const { prompt, status } = await open(page, 'seed=7&length=10000');
  await prompt.focus();
  await page.keyboard.press('Control+Enter');
  await expect(status).toContainText('writing');
  await page.keyboard.press('Escape');
  await expect(status).toContainText('Stopped');
});

test('a second run takes the place of the first', async ({ page }) => {
  const { generate: button, status } = await open(page, 'seed=7&length=1000');
  await expect(status).toContainText('ready');
  await button.click();
  const text = await generate(page);
  await page.reload();
  expect(await generate(page)).toBe(text);
});

test('an empty beginning starts from a line break', async ({ page }) => {
  const { prompt, alert } = await open(page);
  await prompt.fill('');
  expect((await generate(page)).trim().length).toBeGreaterThan(20);
  await expect(alert).toBeEmpty();
});

test('says which characters the model does not know', async ({ page }) => {
  const { prompt, notes } = await open(page);
  await prompt.fill('Snow \u2603 and \u{1F3B5} song');
  await generate(page);
  await expect(notes).toContainText('\u2603');
  await expect(notes).toContainText('\u{1F3B5}');
});

test('cuts a beginning of 100 kB from the left and says so', async ({ page }) => {
  const { prompt, notes, song } = await open(page);
  await prompt.fill(`${'la '.repeat(34_000)}the end`);
  await generate(page);
  await expect(notes).toContainText('only the end of it');
  await expect(song).toContainText('the end');
  expect((await song.innerText()).length).toBeLessThan(2_000 + 120 + 100);
});

test('speaks German when the browser does, and switches', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'de-DE' });
  const page = await context.newPage();
  await page.goto(`#${SHORT}`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('button', { name: 'Dichten' }).click();
  await expect(page.getByRole('status')).toContainText('Fertig: 120 Zeichen');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('status')).toContainText('Finished: 120 characters');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Generate' })).toBeVisible();
  await context.close();
});

test('shows what the model is, with measured figures', async ({ page }) => {
  await open(page);
  await page.getByText('About this model').click();
  await expect(page.getByText('Bits per character')).toBeVisible();
  await expect(page.getByText('measured with')).toBeVisible();
  await expect(page.getByText('Trained on')).toBeVisible();
});
