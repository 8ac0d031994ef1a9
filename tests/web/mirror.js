// A proxy in front of the site that can change responses, stop answering, and shut down.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { expect } from '@playwright/test';

/**
 * @typedef {{ status: number, type: string, body: Buffer | string }} Answer
 * @typedef {(path: string, answer: Answer) => Answer | null} Change returns the changed answer, or null to never answer
 */

/**
 * Starts a proxy for the site under test.
 *
 * @param {string | undefined} site
 * @param {string} [prefixes] folders to serve the site in, as a regular expression
 */
export async function mirror(site, prefixes = '') {
  /** @type {{ change: Change, asked: string[] }} */
  const state = { change: (_, answer) => answer, asked: [] };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', 'http://mirror').pathname.slice(1);
    state.asked.push(path);
    const inside = path.replace(new RegExp(`^(?:${prefixes})`), '');
    const fetched = await fetch(new URL(inside, site));
    const type = fetched.headers.get('content-type') ?? 'application/octet-stream';
    const answer = state.change(path, { status: fetched.status, type, body: Buffer.from(await fetched.arrayBuffer()) });
    if (!answer) return;
    response.writeHead(answer.status, { 'content-type': answer.type, 'cache-control': 'no-cache' });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/`,
    state,
    goAway() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Simulates a new build with one file changed, updating checksums and version as xtask/pack does.
 *
 * @param {string | undefined} site
 * @param {string} file
 * @param {(text: string) => string} change
 * @returns {Promise<Change>}
 */
export async function anotherVersion(site, file, change) {
  const names = [file, '', 'bench.html', 'sw.js'];
  const [own, page, bench, worker] = await Promise.all(names.map(async (name) => (await fetch(new URL(name, site))).text()));
  const version = /name="liedwerk-version" content="(\w+)"/.exec(page)?.[1] ?? '';
  expect(version).not.toBe('');
  const renamed = (/** @type {string} */ text) => text.replaceAll(version, `${version.slice(1)}0`);
  const after = [change(own), renamed(page), renamed(bench)];
  let sums = renamed(worker);
  for (const [i, before] of [own, page, bench].entries()) {
    expect(sums).toContain(sumOf(before));
    sums = sums.replace(sumOf(before), sumOf(after[i]));
  }
  const sent = new Map([file, '', 'bench.html', 'sw.js'].map((name, i) => [name, [...after, sums][i]]));
  return (path, answer) => ({ ...answer, body: sent.get(path) ?? answer.body });
}

/** @param {string} text */
function sumOf(text) {
  const bytes = Buffer.from(text);
  return `[${bytes.length},"${createHash('sha256').update(bytes).digest().subarray(0, 12).toString('base64')}"]`;
}

/**
 * Waits until the page's own files are cached.
 *
 * @param {import('@playwright/test').Page} page
 */
export async function keptShell(page) {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}
