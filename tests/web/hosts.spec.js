// Behaviour of hosts and networks. The numbers in test names are those of the cases they were derived from.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { keptShell, mirror } from './mirror.js';
import { controls, finished, generate, SHORT } from './page.js';

test.use({ serviceWorkers: 'allow' });

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./mirror.js').Answer} Answer */

/** @type {Answer} */
const LOGIN = { status: 200, type: 'text/html; charset=utf-8', body: '<!doctype html><title>School</title><h1>Please log in</h1>' };

/**
 * Performs a first visit, waiting until the page's files are cached.
 *
 * @param {Page} page
 * @param {string | undefined} baseURL
 */
async function visited(page, baseURL) {
  const host = await mirror(baseURL);
  await page.goto(`${host.url}#${SHORT}`);
  const text = await generate(page);
  await keptShell(page);
  await page.goto('about:blank');
  return { ...host, text };
}

/**
 * Checks that the page opens and writes the same song as before.
 *
 * @param {Page} page
 * @param {string} url
 * @param {string} text
 */
async function works(page, url, text) {
  await page.goto(`${url}#${SHORT}&go=1`);
  expect(await finished(page)).toBe(text);
  await expect(controls(page).alert).toBeEmpty();
}

test('case 76: a login page in place of every file replaces nothing that is kept', async ({ page, baseURL }) => {
  const { url, state, text, goAway } = await visited(page, baseURL);
  state.change = () => LOGIN;
  await works(page, url, text);
  await page.goto('about:blank');
  goAway();
  await works(page, url, text);
});

test('case 76: a half of another version replaces nothing that is kept', async ({ page, baseURL }) => {
  const { url, state, text, goAway } = await visited(page, baseURL);
  state.change = (path, answer) => (path === 'main.js' ? { ...answer, body: '' } : answer);
  await page.goto(url);
  await page.goto('about:blank');
  goAway();
  await works(page, url, text);
});

for (const file of ['models/index.json', 'models/gpt-songs/tokenizer.json', 'models/char-lstm-songs/config.json']) {
  test(`case 77: ${file} as a web page, once, costs nothing that is kept`, async ({ page, baseURL }) => {
    const hash = `${SHORT}&model=${file.includes('lstm') ? 'char-lstm-songs' : 'gpt-songs'}&go=1`;
    const { url, state, goAway } = await mirror(baseURL);
    await page.goto(`${url}#${hash}`);
    const text = await finished(page);
    await keptShell(page);
    for (const body of [LOGIN.body, '{"models": [']) {
      state.change = (path, answer) => (path === file ? { ...LOGIN, type: body === LOGIN.body ? LOGIN.type : answer.type, body } : answer);
      await page.goto('about:blank');
      await page.goto(`${url}#${hash}`);
      expect(await finished(page)).toBe(text);
    }
    goAway();
    await page.goto('about:blank');
    await page.goto(`${url}#${hash}`);
    expect(await finished(page)).toBe(text);
  });
}

test('case 77: where nothing is kept, it is said that a web page came', async ({ page, baseURL }) => {
  const { url, state } = await mirror(baseURL);
  for (const part of ['index.json', '.safetensors']) {
    state.change = (path, answer) => (path.endsWith(part) ? LOGIN : answer);
    await page.goto('about:blank');
    await page.goto(`${url}#${SHORT}`);
    await controls(page).generate.click();
    await expect(controls(page).alert).toContainText('this network wants you to log in');
    await expect(controls(page).alert).toContainText('a web page came instead of the file');
  }
});

for (const [how, answer] of /** @type {const} */ ([
  ['is missing', { status: 404, type: 'text/plain', body: '404' }],
  ['is the start page', LOGIN],
])) {
  test(`case 78: training names the file of its module that ${how}`, async ({ page, baseURL }) => {
    const { url, state } = await mirror(baseURL);
    state.change = (path, usual) => (path.startsWith('pkg/full/') ? answer : usual);
    await page.goto(`${url}#view=train&seed=1`);
    await page.getByRole('button', { name: 'Eleven English songs' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'engine-unavailable' }).first();
    await expect(alert).toContainText('A file of this page is missing on the server');
    await expect(alert).toContainText('pkg/full/liedwerk.js');
    await expect(alert).not.toContainText('SIMD');
  });
}

test('case 78: the file that is missing for every visitor is named, too', async ({ page, baseURL }) => {
  const { url, state } = await mirror(baseURL);
  state.change = (path, usual) => (path === 'pkg/liedwerk_bg.wasm' ? LOGIN : usual);
  await page.goto(`${url}#${SHORT}`);
  await controls(page).generate.click();
  await expect(controls(page).alert).toContainText('pkg/liedwerk_bg.wasm');
  state.change = (_, usual) => usual;
  await controls(page).retry.click();
  await finished(page);
});

test('case 79: where the host accepts and never answers, the kept page comes within five seconds', async ({ page, baseURL }) => {
  const { url, state, text } = await visited(page, baseURL);
  state.change = () => null;
  const before = Date.now();
  await page.goto(`${url}#${SHORT}&go=1`, { waitUntil: 'commit' });
  await expect(controls(page).generate).toBeVisible();
  expect(Date.now() - before).toBeLessThan(8_000);
  expect(await finished(page)).toBe(text);
  // Neither the list of models nor the tokenizer waited another five seconds.
  expect(Date.now() - before).toBeLessThan(14_000);
});

test('case 80: where the host answers 503 to everything, the kept page comes', async ({ page, baseURL }) => {
  const { url, state, text } = await visited(page, baseURL);
  for (const status of [503, 500, 404, 511]) {
    state.change = () => ({ status, type: 'text/html', body: '<h1>Sorry</h1>' });
    await works(page, url, text);
    await page.goto('about:blank');
  }
});

test('case 81: two deployments on one host leave each other what they keep', async ({ page, baseURL }) => {
  const { url, state, goAway } = await mirror(baseURL, 'a/|b/');
  for (const folder of ['a/', 'b/', 'a/', 'b/']) {
    await page.goto(`${url}${folder}#${SHORT}`);
    await generate(page);
    await keptShell(page);
  }
  expect(state.asked.filter((path) => path.endsWith('.safetensors'))).toHaveLength(2);
  goAway();
  for (const folder of ['a/', 'b/']) {
    await page.goto('about:blank');
    await page.goto(`${url}${folder}#${SHORT}`);
    await generate(page);
  }
});

test('case 69: without WebAssembly it is said that it is switched off, and where', async ({ page }) => {
  await page.route('**/engine/worker.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete self.WebAssembly;\n${await response.text()}` });
  });
  await page.goto(`#${SHORT}`);
  await controls(page).generate.click();
  const { alert } = controls(page);
  await expect(alert).toContainText('WebAssembly is switched off here');
  await expect(alert).toContainText('Lockdown Mode');
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(alert).toContainText('Blockierungsmodus');
});

test('case 83: opened as a file the page says in both languages that it needs a server, and how', async ({ page, request, baseURL }) => {
  const folder = mkdtempSync(join(tmpdir(), 'liedwerk-'));
  for (const file of ['index.html', 'main.js', 'styles/style.css', 'bench.html']) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), await (await request.get(new URL(file, baseURL).href)).body());
  }
  for (const file of ['index.html', 'bench.html']) {
    await page.goto(pathToFileURL(join(folder, file)).href);
    for (const said of ['runs only from a web server', 'nur von einem Webserver']) await expect(page.getByText(said)).toBeVisible();
    await expect(page.getByText('python3 -m http.server').first()).toBeVisible();
  }
});

test('case 83: where the page starts it says nothing of that, however slow its script is', async ({ page }) => {
  await page.route('**/main.js', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  await page.goto(`#${SHORT}`, { waitUntil: 'commit' });
  const hint = page.getByText('liedwerk has not started');
  await expect(page.getByRole('heading', { name: 'liedwerk' })).toBeVisible();
  await expect(hint).toBeHidden();
  await expect(controls(page).generate).toBeVisible();
  await expect(hint).toHaveCount(0);
});

test('a frame whose sandbox lets nothing compute says what it needs; another one works', async ({ page, baseURL }) => {
  const { url, state } = await mirror(baseURL);
  const frame = (/** @type {string} */ sandbox) => `<iframe sandbox="${sandbox}" src="/#${SHORT}&lang=en" width="900" height="700"></iframe>`;
  state.change = (path, answer) => {
    const sandbox = { 'narrow.html': 'allow-scripts', 'wide.html': 'allow-scripts allow-same-origin' }[path];
    return sandbox ? { status: 200, type: 'text/html', body: frame(sandbox) } : answer;
  };
  await page.goto(`${url}narrow.html`);
  const inside = page.frameLocator('iframe');
  await expect(inside.getByText('allow-scripts allow-same-origin').first()).toBeVisible();
  await page.goto(`${url}wide.html`);
  await inside.getByRole('button', { name: 'Generate' }).click();
  await expect(inside.getByRole('status')).toContainText('Finished');
});

test('an address that is none leads to the page, with the link that it carries', async ({ page, baseURL }) => {
  const lost = await (await fetch(new URL('404.html', baseURL))).text();
  const { url, state } = await mirror(baseURL, 'songs/');
  state.change = (path, answer) => (answer.status === 404 || !path.startsWith('songs/') ? { status: 404, type: 'text/html', body: lost } : answer);
  await page.goto(`${url}songs/old/place.htm`);
  await expect(page.getByText('There is no page at this address')).toBeVisible();
  await page.getByRole('link', { name: 'Zu liedwerk' }).click();
  await expect(page).toHaveURL(/\/songs\/#/);
  await page.goto(`${url}songs/index.htm#${SHORT}&go=1`);
  await finished(page);
  await expect(page).toHaveURL(/\/songs\/#.*seed=7/);
});

test('a first visit keeps no weights that are not whole, and asks for them once', async ({ page, baseURL }) => {
  const { url, state, goAway } = await mirror(baseURL);
  await page.goto(`${url}#${SHORT}`);
  const text = await generate(page);
  await keptShell(page);
  await page.reload();
  expect(await generate(page)).toBe(text);
  expect(state.asked.filter((path) => path.endsWith('.safetensors'))).toHaveLength(1);
  // All cached files of the page are identical to the host's.
  const differing = await page.evaluate(async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith('liedwerk-shell'));
    const cache = await caches.open(names[0]);
    const pairs = (await cache.keys()).map(async ({ url }) => {
      const [kept, sent] = await Promise.all([cache.match(url), fetch(url, { cache: 'no-store' })].map(async (one) => (await one)?.text()));
      return kept === sent ? [] : [url];
    });
    return { names: names.length, urls: (await Promise.all(pairs)).flat() };
  });
  expect(differing).toEqual({ names: 1, urls: [] });
  goAway();
  await works(page, url, text);
});

test("words of one language come, the other's when it is chosen; what does not arrive is said", async ({ page, baseURL }) => {
  const { url, state } = await mirror(baseURL);
  const asked = (/** @type {string} */ language) => state.asked.filter((path) => new RegExp(`(^|/)${language}(-\\w+)?\\.js$`).test(path)).length;
  await page.goto(`${url}#${SHORT}`);
  await expect(controls(page).generate).toBeVisible();
  expect([
    asked('en') > 0,
    await page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/de(-\w+)?\.js$/.test(name)).length),
  ]).toEqual([true, 0]);
  state.change = (path, answer) => (/(^|\/)(de|train)(-\w+)?\.js$/.test(path) ? { ...answer, status: 404 } : answer);
  await page.getByRole('button', { name: 'Deutsch' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'did not arrive' });
  await expect(alert).toBeVisible();
  await expect(controls(page).generate).toHaveText('Generate');
  await page.getByRole('link', { name: 'Train' }).click();
  await expect(alert).toHaveCount(1);
  state.change = (_, answer) => answer;
  await alert.getByRole('button', { name: 'Reload' }).click();
  await expect(page.getByRole('button', { name: 'Eleven English songs' })).toBeVisible();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.getByRole('link', { name: 'Trainieren' }).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('link', { name: 'Trainieren' }).first()).toBeVisible();
});
