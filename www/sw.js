// Keeps the page's own files, so that it opens without a connection. Models are none of its business:
// the page keeps them itself.
//
// Files come from the host whenever it answers: nobody ever sees an old page while he is online, and
// nothing has to be bumped by hand. Offline, all of them come from one snapshot, so that versions never
// mix. The snapshot is named after its contents and renewed as a whole when one file has changed.

// Projects of one host share its storage, hence the path.
const SNAPSHOT = `liedwerk-shell ${new URL('./', self.location.href).pathname} `;

/** Everything that the page is made of. A test compares this list with the folder. */
const FILES = [
  './',
  'chain.css',
  'computing.js',
  'engine/channel.js',
  'engine/client.js',
  'engine/composing.js',
  'engine/devices.js',
  'engine/drafting.js',
  'engine/insides.js',
  'engine/kinds.js',
  'engine/model-files.js',
  'engine/module.js',
  'engine/opened-models.js',
  'engine/preparer.js',
  'engine/preparing-worker.js',
  'engine/protocol.js',
  'engine/races.js',
  'engine/runs.js',
  'engine/serve.js',
  'engine/slices.js',
  'engine/texts.js',
  'engine/trainer-client.js',
  'engine/trainer-worker.js',
  'engine/training-loop.js',
  'engine/training-protocol.js',
  'engine/walks.js',
  'engine/weights.js',
  'engine/worker.js',
  'errors.js',
  'examples.js',
  'favicon.svg',
  'i18n/codes.js',
  'i18n/de.js',
  'i18n/de/bench.js',
  'i18n/de/form.js',
  'i18n/de/lecture.js',
  'i18n/de/look.js',
  'i18n/de/train.js',
  'i18n/en.js',
  'i18n/en/bench.js',
  'i18n/en/form.js',
  'i18n/en/lecture.js',
  'i18n/en/look.js',
  'i18n/en/train.js',
  'i18n/index.js',
  'icon-192.png',
  'icon-512.png',
  'lecture.css',
  'lecture/excerpts.js',
  'lecture/formulas.js',
  'lecture/steps.js',
  'link.js',
  'look.css',
  'main.js',
  'manifest.webmanifest',
  'models.js',
  'pkg/liedwerk.js',
  'pkg/liedwerk_bg.wasm',
  'places.css',
  'proof.js',
  'rules.css',
  'sheet.css',
  'shelf/database.js',
  'shelf/shelf.js',
  'shelf/stored.js',
  'songs.js',
  'state.js',
  'storage.js',
  'style.css',
  'text.css',
  'token-by-token.css',
  'train.css',
  'train/alone.js',
  'train/data.js',
  'train/duration.js',
  'train/files.js',
  'train/history.js',
  'train/pairs.tsv',
  'train/runs.js',
  'train/verse-de.txt',
  'train/verse-en.txt',
  'translate.css',
  'ui/alert-box.js',
  'ui/alignment.js',
  'ui/attention.js',
  'ui/chart.js',
  'ui/choice.js',
  'ui/colophon.js',
  'ui/colours.js',
  'ui/copy.js',
  'ui/device-choice.js',
  'ui/dom.js',
  'ui/download-bar.js',
  'ui/example-songs.js',
  'ui/fields.js',
  'ui/frames.js',
  'ui/gates.js',
  'ui/heat-map.js',
  'ui/languages.js',
  'ui/model-card.js',
  'ui/model-picker.js',
  'ui/next-tokens.js',
  'ui/notes.js',
  'ui/number-table.js',
  'ui/offline-choice.js',
  'ui/places.js',
  'ui/positions.js',
  'ui/preparation.js',
  'ui/rules.js',
  'ui/samples.js',
  'ui/save-file.js',
  'ui/settings-panel.js',
  'ui/song-sheet.js',
  'ui/teacher-link.js',
  'ui/token-facts.js',
  'ui/token-text.js',
  'ui/translation-sheet.js',
  'ui/verdict.js',
  'ui/verse.js',
  'ui/weight-table.js',
  'views/chain.js',
  'views/chaining.js',
  'views/compared-song.js',
  'views/forced.js',
  'views/index.js',
  'views/inspected-text.js',
  'views/lecture-live.js',
  'views/lecture.js',
  'views/live-translation.js',
  'views/live-writing.js',
  'views/look-pictures.js',
  'views/look.js',
  'views/looking.js',
  'views/lstm-against-gpt.js',
  'views/lyrics.js',
  'views/preparing.js',
  'views/recall.js',
  'views/song-form-figures.js',
  'views/song-form-rules.js',
  'views/song-form.js',
  'views/text.js',
  'views/token-by-token.js',
  'views/token-steps.js',
  'views/train-curves.js',
  'views/train-measuring.js',
  'views/train-plan.js',
  'views/train-shelf.js',
  'views/train-text.js',
  'views/train.js',
  'views/training.js',
  'views/translate.js',
  'views/translating.js',
  'views/translation.js',
  'views/view.js',
  'views/work.js',
  'views/write.js',
  'views/writing.js',
  'words.js',
];

/** Larger, and not for everybody: kept from the first time that somebody asks for them, or chooses to keep them. */
const ON_DEMAND = [
  'bench.html',
  'bench/bench.css',
  'bench/page.js',
  'bench/protocol.js',
  'bench/worker.js',
  'pkg/full/liedwerk.js',
  'pkg/full/liedwerk_bg.wasm',
];

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

const OWN = new Set([...FILES, ...ON_DEMAND].map(address));
/** Those of `ON_DEMAND` that were asked for since this worker has started. @type {Set<string>} */
const demanded = new Set();

worker.addEventListener('install', (event) => {
  event.waitUntil(renew().then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const file = address(url.split(/[?#]/)[0].replace(/\/index\.html$/, '/'));
  if (method !== 'GET' || !OWN.has(file)) return;
  demanded.add(file);
  event.respondWith(answer(event, file));
});

/** The page's choice "Keep for offline". */
worker.addEventListener('message', (event) => {
  const { data, ports } = event;
  if (data?.type !== 'more') return;
  const say = (/** @type {boolean | null} */ kept) => ports[0].postMessage(kept);
  event.waitUntil(more(data.keep).then(say, () => say(null)));
});

/** @param {string} file relative to this script, as the page's are */
function address(file) {
  return new URL(file, worker.location.href).href;
}

/**
 * @param {FetchLike} event
 * @param {string} file
 */
async function answer(event, file) {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(compare(file, response.clone()));
    return response;
  } catch (error) {
    const kept = await (await snapshot())?.match(file);
    if (!kept) throw error;
    return kept;
  }
}

/** The oldest is whole: it goes only when a newer one is. */
async function snapshot() {
  const name = (await caches.keys()).find((candidate) => candidate.startsWith(SNAPSHOT));
  return name === undefined ? null : await caches.open(name);
}

/**
 * @param {string} file
 * @param {Response} response
 */
async function compare(file, response) {
  const kept = await (await snapshot())?.match(file);
  const [now, then] = await Promise.all([response.arrayBuffer(), kept?.arrayBuffer()]);
  if (!then || !equal(new Uint8Array(now), new Uint8Array(then))) await renewOnce();
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function equal(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** @type {Promise<void> | null} */
let renewing = null;

/** Many files change at once; one renewal serves them all. */
function renewOnce() {
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}

/**
 * What is not for everybody is kept from now on, or no longer.
 *
 * @param {boolean | null} keep null changes nothing
 * @returns {Promise<boolean>} whether all of it is kept
 */
async function more(keep) {
  const files = ON_DEMAND.map(address);
  if (keep) {
    for (const file of files) demanded.add(file);
    // One that has begun already does not know of them.
    await renewing?.catch(() => {});
    await renewOnce();
  }
  const kept = await snapshot();
  if (keep === false) {
    demanded.clear();
    await Promise.all(files.map((file) => kept?.delete(file)));
  }
  const found = await Promise.all(files.map((file) => kept?.match(file)));
  return found.every(Boolean);
}

async function renew() {
  const before = await snapshot();
  const kept = await Promise.all(ON_DEMAND.map(async (name) => demanded.has(address(name)) || before?.match(address(name))));
  const files = await Promise.all([...FILES, ...ON_DEMAND.filter((_, i) => kept[i])].map(fetched));
  const bodies = await Promise.all(files.map(({ response }) => response.clone().blob()));
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(bodies).arrayBuffer());
  const name = SNAPSHOT + Array.from(new Uint8Array(digest), hex).join('').slice(0, 16);
  const cache = await caches.open(name);
  await Promise.all(files.map(({ file, response }) => cache.put(file, response)));
  for (const other of await caches.keys()) {
    if (other.startsWith(SNAPSHOT) && other !== name) await caches.delete(other);
  }
}

/** @param {string} name */
async function fetched(name) {
  const file = address(name);
  const response = await fetch(file, { cache: 'no-cache' });
  if (!response.ok) throw new Error(`${file}: HTTP ${response.status}`);
  return { file, response };
}

/** @param {number} byte */
function hex(byte) {
  return byte.toString(16).padStart(2, '0');
}
