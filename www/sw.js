// Keeps the page's own files, so that it opens without a connection; models it leaves to the page.
//
// Files come from the host whenever it answers with what is asked for: nobody ever sees an old page while he is online.
// Otherwise all of them come from one snapshot, so that versions never mix. The build writes into this file what each of
// them must be, and nothing else is ever kept; so a new version brings a new service worker, which makes a snapshot of
// its own and drops the one before when it has all.

// Projects of one host share its storage, hence the path.
const SNAPSHOT = `liedwerk-shell ${new URL('./', self.location.href).pathname} `;

/** Everything else that the page is made of. The build writes it. @type {string[]} */
const FILES = [];

/** Larger, and not for everybody: kept from the first time that somebody asks for them, or chooses to keep them. */
const ON_DEMAND = [
  'bench.html',
  'bench/bench.css',
  'bench/page.js',
  'bench/worker.js',
  'examples/style.png',
  'models/captioner-de-en/config.json',
  'models/captioner-de-en/model.safetensors',
  'models/captioner-de-en/tokenizer.json',
  'pkg/full/liedwerk.js',
  'pkg/full/liedwerk_bg.wasm',
];

/**
 * Of each file its length and the beginning of its SHA-256, and a name for all of them together. The build writes both
 * (xtask/pack); sources served as they are change under one's hands, and nothing is kept of them.
 *
 * @type {Record<string, [bytes: number, sha256: string]>}
 */
const SUMS = {};
const VERSION = '';

/** The host has so long to answer before the kept copy does. */
const PATIENCE_MS = 5000;

/** How each kind of file must be labelled for a browser to take it; of others only that they are no web page. */
const TYPES = /** @type {const} */ ([
  [/(\/|\.html)$/, /^text\/html\b/],
  [/\.js$/, /^(text|application)\/(x-)?(java|ecma)script\b/],
  [/\.css$/, /^text\/css\b/],
  [/./, /^(?!text\/html\b)/],
]);

/** The part of ServiceWorkerGlobalScope that is used here; its types and the page's exclude each other. */
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
 * Where the page that was opened last came from: `kept` because the host did not answer, or answered with something
 * else; a page of an `other` version has other files than are kept here. A page gets all its files from one side.
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
  // The page keeps these itself. While the host is known not to answer, it need not wait for them either.
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
 * The page of the host, if this is what the host sends: a network that asks for a password, or a host that sends its
 * start page for whatever it has not got, answers with other pages.
 *
 * @param {Request} request
 * @param {string} file
 * @param {Response} kept
 */
async function page(request, file, kept) {
  // Redirects are followed here: what follows is either this page or another one, too.
  const response = await arrived(file, (signal) => fetch(file, { cache: request.cache, signal }));
  const version = /<meta name="liedwerk-version" content="(\w+)">/.exec((await response?.clone().text()) ?? '')?.[1];
  side = version === undefined ? 'kept' : version === VERSION ? 'host' : 'other';
  return response && version !== undefined ? response : kept;
}

/**
 * What the host answers in time, whole and labelled as what it ought to be; otherwise null.
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
    // Of one that was redirected, or that has been read, this makes one that may be given for any request.
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
 * Makes the snapshot whole: what an earlier one has of the same is taken from there. Breaking off loses nothing.
 *
 * @param {boolean} [all] what is not for everybody, too
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
 * Keeps a file, if it is the one of this version, to the byte.
 *
 * @param {string} file
 * @param {Response} response
 * @returns {Promise<boolean>} whether it is
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
 * What is not for everybody is kept from now on, or no longer.
 *
 * @param {boolean | null} keep null changes nothing
 * @returns {Promise<boolean>} whether all of it is kept
 */
async function more(keep) {
  if (keep) await fill(true);
  const kept = await snapshot();
  if (keep === false) await Promise.all(ON_DEMAND.map((name) => kept.delete(address(name))));
  const found = await Promise.all(ON_DEMAND.map((name) => kept.match(address(name))));
  return VERSION !== '' && found.every(Boolean);
}
