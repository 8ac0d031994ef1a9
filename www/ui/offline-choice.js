// Lets the visitor choose what to keep on this device for offline use: models, and the files for training, the GPU and
// the benchmark.

import { EngineError, toFailure } from '../errors.js';
import { fetchText } from '../engine/texts.js';
import { fetchWeights, forgetWeights, hasWeights } from '../engine/weights.js';
import { currentLanguage, onLanguage, say, text } from '../i18n/index.js';
import { AlertBox } from './alert-box.js';
import { button, h } from './dom.js';
import { DownloadBar } from './download-bar.js';
import { megabytes } from './model-card.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */

/**
 * @typedef {object} Thing something to keep
 * @property {string} id
 * @property {() => string} title
 * @property {() => Promise<number>} bytes 0 if unknown
 * @property {() => Promise<boolean>} isKept
 * @property {(wanted: boolean) => Promise<unknown>} keep
 */

const ASK_MS = 2000;

/** The full module and the benchmark page, which the service worker caches. @type {Thing} */
const MORE = {
  id: 'more',
  title: () => text('offlineMore'),
  bytes: async () => {
    try {
      const { ok, headers } = await fetch('pkg/full/liedwerk_bg.wasm', { method: 'HEAD' });
      return ok ? Number(headers.get('content-length')) : 0;
    } catch {
      return 0;
    }
  },
  isKept: async () => (await askWorker(null)) === true,
  keep: async (wanted) => {
    if ((await askWorker(wanted)) !== wanted) throw new EngineError('download-failed', 'pkg/full');
  },
};

/**
 * @param {boolean | null} keep null only queries
 * @returns {Promise<boolean | null>} whether all files are cached; null if that failed
 */
function askWorker(keep) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    // A service worker of an earlier version may not answer.
    if (keep === null) setTimeout(() => resolve(null), ASK_MS);
    navigator.serviceWorker.controller?.postMessage({ type: 'more', keep }, [port2]);
  });
}

/** @param {import('../models.js').Catalog} catalog */
export function offlineChoice(catalog) {
  const alert = new AlertBox();
  const download = new DownloadBar('offline-download');
  const list = h('ul', { class: 'kept' });
  const element = h(
    'details',
    { class: 'offline' },
    h('summary', { t: 'offline' }),
    h('p', { class: 'small', t: 'offlineHint' }),
    alert.element,
    list,
    download.element,
  );

  const models = () => [...catalog.of('generator'), ...catalog.of('translator'), ...catalog.of('reader')];
  /** @param {boolean} [fresh] bypass the HTTP cache, after an error */
  const open = async (fresh = false) => {
    try {
      await catalog.open({ fresh });
      await draw();
    } catch (error) {
      alert.show(toFailure(error), () => void open(true));
    }
  };
  const draw = async () => {
    const things = [...models().map(thing), ...(navigator.serviceWorker?.controller ? [MORE] : [])];
    const states = await Promise.all(things.map(async (it) => ({ kept: await it.isKept(), bytes: await it.bytes() })));
    list.replaceChildren(...things.map((it, i) => row(it, states[i])));
  };

  /**
   * @param {Thing} it
   * @param {{ kept: boolean, bytes: number }} state
   */
  function row(it, { kept, bytes }) {
    const id = `offline-${it.id}`;
    const size = h('span', { class: 'small' });
    if (bytes) say(size, 'sizeValue', { value: megabytes(bytes) });
    const change = button(kept ? 'offlineRemove' : 'offlineKeep', () => void turn(it, kept), { class: 'quiet' });
    change.setAttribute('aria-describedby', id);
    return h('li', {}, h('span', { id }, it.title()), size, h('span', { class: 'small', t: kept ? 'offlineKept' : 'offlineAway' }), change);
  }

  /**
   * @param {Thing} it
   * @param {boolean} kept
   */
  async function turn(it, kept) {
    alert.clear();
    for (const control of list.querySelectorAll('button')) control.disabled = true;
    try {
      await it.keep(!kept);
    } catch (error) {
      alert.show(toFailure(error), () => void turn(it, kept));
    }
    download.hide();
    await draw();
    // The pressed button was replaced; restore the focus.
    /** @type {HTMLElement | null} */ (list.querySelector(`[aria-describedby="offline-${it.id}"]`))?.focus();
  }

  /**
   * @param {ModelEntry} model
   * @returns {Thing}
   */
  function thing(model) {
    const { weights } = model.files;
    return {
      id: model.id,
      title: () => model.title[currentLanguage()],
      bytes: async () => weights.bytes,
      isKept: () => hasWeights(weights),
      keep: (wanted) => (wanted ? keep(model) : forgetWeights(weights)),
    };
  }

  /** @param {ModelEntry} model */
  async function keep({ files }) {
    const { signal } = new AbortController();
    const onProgress = (/** @type {number} */ received, /** @type {number} */ total) => download.show(received, total);
    await Promise.all([
      fetchText(files.config, { cache: 'default' }),
      fetchText(files.tokenizer, { cache: 'default' }),
      fetchWeights(files.weights, { fresh: false, known: catalog.known(), signal, onProgress }),
      ...(files.lexicon ? [fetchWeights(files.lexicon, { fresh: false, known: catalog.known(), signal, onProgress: () => {} })] : []),
    ]);
    // Ask the browser not to evict the storage.
    await navigator.storage?.persist?.();
  }

  element.addEventListener('toggle', () => element.open && void open());
  onLanguage(() => element.open && void open());
  return element;
}
