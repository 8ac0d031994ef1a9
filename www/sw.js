// Caches the page's own files, so that it opens offline. Models are cached by the page itself.
//
// Files come from the host whenever it answers properly, so nobody sees an old page while online. Otherwise all of them
// come from one snapshot, so that versions never mix. The build writes the expected checksums into this file, and
// nothing else is ever cached. A new version thus has a new service worker, which fills a snapshot of its own and then
// deletes the previous one.

// The name contains the path because projects on one host share its storage.
const SNAPSHOT = `liedwerk-shell ${new URL('./', self.location.href).pathname} `;

/** All other files of the page. Written by the build. @type {string[]} */
const FILES = [];

/** Larger files that few visitors need: cached on first use, or when the visitor chooses to. */
const ON_DEMAND = [
  'bench.html',
  'bench/bench.css',
  'bench/page.js',
  'bench/worker.js',
  'examples/drawing.de.json',
  'examples/drawing.en.json',
  'examples/style.png',
  'models/captioner-de-en/config.json',
  'models/captioner-de-en/model.safetensors',
  'models/captioner-de-en/tokenizer.json',
  'models/diffusion-de-en/config.json',
  'models/diffusion-de-en/model.safetensors',
  'models/diffusion-de-en/tokenizer.json',
  'pkg/full/liedwerk.js',
  'pkg/full/liedwerk_bg.wasm',
];

/**
 * Length and truncated SHA-256 of each file, and a version for all of them together. Both are written by the build
 * (xtask/pack); without it, as in development, nothing is cached.
 *
 * @type {Record<string, [bytes: number, sha256: string]>}
 */
const SUMS = {};
const VERSION = '';

/** Time the host has to answer before the cached copy is used. */
const PATIENCE_MS = 5000;

/** Content types that browsers require of each kind of file; anything but a web page for the others. */
const TYPES = /** @type {const} */ ([
  [/(\/|\.html)$/, /^text\/html\b/],
  [/\.js$/, /^(text|application)\/(x-)?(java|ecma)script\b/],
  [/\.css$/, /^text\/css\b/],
  [/./, /^(?!text\/html\b)/],
]);

/** The part of ServiceWorkerGlobalScope used here, since its library types conflict with the page's. */
const worker = /** @type {{
  location: Location,
  clients: { claim: () => Promise<void> },
  skipWaiting: () => Promise<void>,
  addEventListener: (type: string, listener: (event: FetchLike) => void) => void,
}} */ (/** @type {unknown} */ (self));

/**
 * @typedef {object} FetchLike
 * @property {Request} request
 * @property {(answer: Promise<Response>) => void} respondWith
 * @property {(work: Promise<unknown>) => void} waitUntil
 * @property {{ type: 'more', keep: boolean | null }} data of a message
 * @property {readonly MessagePort[]} ports
 */

const NAMES = new Map([...FILES, ...ON_DEMAND].map((name) => [address(name), name]));
const MODELS = address('models/');

/**
 * Where the page opened last came from: `kept` if the host did not answer, or answered with something else; `other` if
 * it is of a version whose files are not cached here. A page gets all its files from one side.
 *
 * @type {'host' | 'other' | 'kept'}
 */
let side = 'host';

worker.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => {
  const forgotten = others().then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(Promise.all([forgotten, worker.clients.claim()]));
});

worker.addEventListener('fetch', (event) => {
  const { method, url, cache } = event.request;
  const file = url.split(/[?#]/)[0].replace(/\/index\.html$/, '/');
  if (VERSION === '' || method !== 'GET') return;
  if (NAMES.has(file)) event.respondWith(answer(event, file));
  // The page caches models itself. While the host is known not to answer, serve them without waiting for it.
  else if (side === 'kept' && cache !== 'reload' && file.startsWith(MODELS)) event.respondWith(keptAnywhere(event.request));
});

/** The page's choice "Make available offline". */
worker.addEventListener('message', (event) => {
  const { data, ports } = event;
  if (data?.type !== 'more') return;
  const say = (/** @type {boolean | null} */ kept) => ports[0].postMessage(kept);
  event.waitUntil(more(data.keep).then(say, () => say(null)));
});

/** @param {string} name relative to this script, as the page's are */
function address(name) {
  return new URL(name, worker.location.href).href;
}

/**
 * @param {FetchLike} event
 * @param {string} file
 * @returns {Promise<Response>}
 */
async function answer(event, file) {
  const { request } = event;
  const kept = await (await snapshot()).match(file);
  if (!kept) {
    const response = await fetch(request);
    event.waitUntil(keep(file, response.clone()).catch(() => {}));
    return response;
  }
  if (request.mode === 'navigate') return await page(request, file, kept);
  if (side === 'kept') return kept;
  if (side === 'other') return await fetch(request);
  return (await arrived(file, (signal) => fetch(request, { signal }))) ?? kept;
}

/**
 * Returns the host's page if it really is ours: captive portals, and hosts that send their start page instead of a 404,
 * answer with other pages.
 *
 * @param {Request} request
 * @param {string} file
 * @param {Response} kept
 */
async function page(request, file, kept) {
  // Follows redirects: whatever arrives is checked in the same way.
  const response = await arrived(file, (signal) => fetch(file, { cache: request.cache, signal }));
  const version = /<meta name="liedwerk-version" content="(\w+)">/.exec((await response?.clone().text()) ?? '')?.[1];
  side = version === undefined ? 'kept' : version === VERSION ? 'host' : 'other';
  return response && version !== undefined ? response : kept;
}

/**
 * Returns the host's response if it arrives in time, complete and with the right content type; otherwise null.
 *
 * @param {string} file
 * @param {(signal: AbortSignal) => Promise<Response>} ask
 */
async function arrived(file, ask) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = await ask(patience.signal);
    if (!response.ok || !isLabelled(file, response)) return null;
    // A fresh response may answer any request, unlike one that was redirected or read.
    return new Response(await response.arrayBuffer(), { headers: response.headers });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} file
 * @param {Response} response
 */
function isLabelled(file, response) {
  const type = TYPES.find(([name]) => name.test(file))?.[1];
  return type?.test(response.headers.get('content-type') ?? '') ?? false;
}

/** @param {Request} request */
async function keptAnywhere(request) {
  return (await caches.match(request.url)) ?? (await fetch(request));
}

function snapshot() {
  return caches.open(SNAPSHOT + VERSION);
}

/** Snapshots of other versions of this page. */
async function others() {
  return (await caches.keys()).filter((name) => name.startsWith(SNAPSHOT) && name !== SNAPSHOT + VERSION);
}

/**
 * Completes the snapshot, reusing unchanged files of earlier ones. Can be interrupted without loss.
 *
 * @param {boolean} [all] including the files on demand
 */
async function fill(all = false) {
  if (VERSION === '') return;
  const earlier = await Promise.all((await others()).map((name) => caches.open(name)));
  const own = await snapshot();
  const find = async (/** @type {string} */ file) => (await Promise.all(earlier.map((cache) => cache.match(file)))).find(Boolean);
  const complete = async (/** @type {string} */ name) => {
    const file = address(name);
    const before = (await own.match(file)) ? null : await find(file);
    const wanted = all || before || FILES.includes(name);
    if (!wanted || (await own.match(file))) return;
    if (before && (await keep(file, before))) return;
    if (!(await keep(file, await fetch(file, { cache: 'no-cache' })))) throw new Error(`${file} is not what this version has there`);
  };
  await Promise.all([...NAMES.values()].map(complete));
}

/**
 * Caches a file if it is exactly that of this version.
 *
 * @param {string} file
 * @param {Response} response
 * @returns {Promise<boolean>} whether it was cached
 */
async function keep(file, response) {
  const [length, sum] = SUMS[NAMES.get(file) ?? ''];
  if (!response.ok || !isLabelled(file, response)) return false;
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength !== length) return false;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 12);
  if (btoa(String.fromCharCode(...digest)) !== sum) return false;
  await (await snapshot()).put(file, new Response(bytes, { headers: response.headers }));
  return true;
}

/**
 * Caches the files on demand, or deletes them.
 *
 * @param {boolean | null} keep null changes nothing
 * @returns {Promise<boolean>} whether all of them are cached
 */
async function more(keep) {
  if (keep) await fill(true);
  const kept = await snapshot();
  if (keep === false) await Promise.all(ON_DEMAND.map((name) => kept.delete(address(name))));
  const found = await Promise.all(ON_DEMAND.map((name) => kept.match(address(name))));
  return VERSION !== '' && found.every(Boolean);
}
