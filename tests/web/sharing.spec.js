// Sharing of a result, QR codes, changed settings, and presentation mode.

import { expect, test } from '@playwright/test';
import decodeQR from 'qr/decode.js';
import { expectNoSidewaysScroll, expectNoViolations } from './appearance.js';
import { controls, expectInHash, generate, open, SHORT } from './page.js';

/**
 * Decodes a QR code from its pixels, with a library independent of the one that drew it.
 *
 * @param {import('@playwright/test').Locator} picture
 */
async function read(picture) {
  await expect(picture).toBeVisible();
  const { side, dark } = await picture.evaluate((svg) => {
    const { width } = /** @type {SVGSVGElement} */ (svg).viewBox.baseVal;
    const side = 4 * width;
    const canvas = new OffscreenCanvas(side, side);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.scale(4, 4);
    for (const path of svg.querySelectorAll('path')) {
      context.fillStyle = getComputedStyle(path).fill;
      context.fill(new Path2D(path.getAttribute('d') ?? ''));
    }
    const { data } = context.getImageData(0, 0, side, side);
    return { side, dark: Array.from({ length: side * side }, (_, i) => (data[4 * i] < 128 ? '1' : '0')).join('') };
  });
  const data = Uint8Array.from([...dark].flatMap((pixel) => (pixel === '1' ? [0, 0, 0, 255] : [255, 255, 255, 255])));
  return decodeQR({ width: side, height: side, data });
}

test('a song is shared where it stands: by the sheet of the system, by copying, and as a picture', async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(window, { shared: [] });
    navigator.share = async (data) => void (/** @type {any} */ (window).shared.push(data?.url));
  });
  await open(page);
  await generate(page);
  await page.getByRole('button', { name: 'Share' }).click();
  await expect.poll(() => page.evaluate(() => /** @type {any} */ (window).shared.length)).toBe(1);
  const [link] = await page.evaluate(() => /** @type {any} */ (window).shared);
  expect(link).toMatch(/#v=.*&proof=/);
  await page.getByRole('button', { name: 'QR code' }).filter({ visible: true }).click();
  expect(await read(page.getByRole('img', { name: 'QR code' }))).toBe(link);
  await expectNoViolations(page);
  await page.evaluate(() => {
    /** @type {any} */ (navigator).share = undefined;
  });
  await page.getByRole('button', { name: 'Share' }).click();
  await expect(controls(page).status).toContainText('Link copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});

test('what differs from the usual is told beside the button, and goes one by one or all at once', async ({ page }) => {
  await open(page, `${SHORT}&temperature=1.6&top-k=5&view=duel`);
  const changed = page.getByRole('group', { name: 'Changed settings' });
  await expect(changed.getByRole('button')).toHaveText([/^Temperature 1.6/, /^Top-k 5/, /^Length 120/, 'Reset']);
  await changed.getByRole('button', { name: 'Top-k' }).click();
  await expect(changed.getByRole('button')).toHaveCount(3);
  await expectInHash(page, (hash) => hash.get('top-k'), null);
  // Settings changed in one view are listed in the others.
  await page.getByRole('link', { name: 'Look inside' }).click();
  await expect(page.getByRole('button', { name: 'Step' })).toBeVisible();
  await changed.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(changed).toBeHidden();
  await expectInHash(page, (hash) => hash.get('temperature'), '0.8');
  await page.goto(`#${SHORT}&temperature=1.6&lock=temperature`);
  await expect(changed.getByRole('button')).toHaveText([/^Length/, 'Reset']);
});

test('on a projector: large type, the text on the left, and the code of what is shown', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  const { song, prompt, generate: button } = await open(page);
  await prompt.press('f');
  await expect(prompt).toHaveValue(/f/);
  await page.getByRole('heading', { name: 'liedwerk' }).click();
  await page.keyboard.press('f');
  await expect(page.getByRole('button', { name: 'End presentation' })).toBeVisible();
  const size = await song
    .locator('p')
    .last()
    .evaluate((line) => parseFloat(getComputedStyle(line).fontSize));
  expect(size).toBeGreaterThanOrEqual(28);
  const [left, right] = [await song.boundingBox(), await button.boundingBox()];
  expect(left?.x).toBeLessThan(right?.x ?? 0);
  for (const place of ['Translate', 'Look inside', 'Train', 'Lecture']) {
    await page.getByRole('link', { name: place }).click();
    await expect(page.getByRole('main').getByRole('heading').first()).toBeAttached();
    await expectNoSidewaysScroll(page);
  }
  await page.getByRole('banner').getByRole('button', { name: 'QR code' }).click();
  const code = page.getByRole('img', { name: 'QR code' });
  expect(await read(code)).toContain('#view=lecture');
  await page.getByRole('button', { name: 'End presentation' }).click();
  await expect(code).toBeHidden();
  await expect(page.getByRole('button', { name: 'Present', exact: true })).toBeFocused();
});

for (const [lang, present, end] of [
  ['en', 'Present', 'End presentation'],
  ['de', 'Präsentieren', 'Präsentation beenden'],
]) {
  test(`a phone presents every place: ${lang}`, async ({ page }) => {
    // As small phones do; and a window in full screen could not be resized.
    await page.addInitScript(() => {
      Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('refused'));
    });
    await page.setViewportSize({ width: 360, height: 740 });
    await open(page, `${SHORT}&lang=${lang}`);
    const begin = page.getByRole('button', { name: present, exact: true });
    for (const width of [320, 360]) {
      await page.setViewportSize({ width, height: 740 });
      await expect(begin).toBeInViewport({ ratio: 1 });
      await expectNoSidewaysScroll(page);
    }
    await begin.click();
    for (const place of await page.getByRole('navigation').first().getByRole('link').all()) {
      await place.click();
      await expect(page.getByRole('main').getByRole('heading').first()).toBeAttached();
      for (const width of [320, 360]) {
        await page.setViewportSize({ width, height: 740 });
        await expectNoSidewaysScroll(page);
      }
    }
    await page.getByRole('button', { name: end }).click();
    await expect(begin).toBeFocused();
  });
}
