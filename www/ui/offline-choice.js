// Which models stay on this device, so that they work without a connection: kept and removed by hand.

import { toFailure } from '../engine/errors.js';
import { fetchText } from '../engine/texts.js';
import { fetchWeights, forgetWeights, hasWeights } from '../engine/weights.js';
import { currentLanguage, onLanguage, say } from '../i18n/index.js';
import { AlertBox } from './alert-box.js';
import { button, h } from './dom.js';
import { DownloadBar } from './download-bar.js';
import { megabytes } from './model-card.js';

/** @typedef {import('../engine/protocol.js').ModelEntry} ModelEntry */

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

  const models = () => [...catalog.of('generator'), ...catalog.of('translator')];
  /** @param {boolean} [fresh] ask the host again, after an error */
  const open = async (fresh = false) => {
    try {
      await catalog.open({ fresh });
      await draw();
    } catch (error) {
      alert.show(toFailure(error), () => void open(true));
    }
  };
  const draw = async () => {
    const kept = await Promise.all(models().map(({ files }) => hasWeights(files.weights)));
    list.replaceChildren(...models().map((model, i) => row(model, kept[i])));
  };

  /**
   * @param {ModelEntry} model
   * @param {boolean} kept
   */
  function row(model, kept) {
    const id = `offline-${model.id}`;
    const title = h('span', { id }, model.title[currentLanguage()]);
    const size = say(h('span', { class: 'small' }), 'sizeValue', { value: megabytes(model.files.weights.bytes) });
    const change = button(kept ? 'offlineRemove' : 'offlineKeep', () => void turn(model, kept), { class: 'quiet' });
    change.setAttribute('aria-describedby', id);
    return h('li', {}, title, size, h('span', { class: 'small', t: kept ? 'offlineKept' : 'offlineAway' }), change);
  }

  /**
   * @param {ModelEntry} model
   * @param {boolean} kept
   */
  async function turn(model, kept) {
    alert.clear();
    for (const control of list.querySelectorAll('button')) control.disabled = true;
    try {
      if (kept) await forgetWeights(model.files.weights);
      else await keep(model);
    } catch (error) {
      alert.show(toFailure(error), () => void turn(model, kept));
    }
    download.hide();
    await draw();
    // The button that was pressed is a new one now.
    list.querySelectorAll('button')[models().indexOf(model)]?.focus();
  }

  /** @param {ModelEntry} model */
  async function keep({ files }) {
    const { signal } = new AbortController();
    const onProgress = (/** @type {number} */ received, /** @type {number} */ total) => download.show(received, total);
    await Promise.all([
      fetchText(files.config, { cache: 'default' }),
      fetchText(files.tokenizer, { cache: 'default' }),
      fetchWeights(files.weights, { fresh: false, known: catalog.known(), signal, onProgress }),
    ]);
    // Browsers then clear this storage last.
    await navigator.storage?.persist?.();
  }

  element.addEventListener('toggle', () => element.open && void open());
  onLanguage(() => element.open && void open());
  return element;
}
