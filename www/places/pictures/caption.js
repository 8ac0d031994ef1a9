// The view "Describe a picture": a picture, its caption, and the model's attention for each word.

import { describe, drawIcon } from '../../engine/describer.js';
import { squareOf } from '../../engine/photo.js';
import { toFailure } from '../../errors.js';
import { formatNumber, onLanguage, say, saysNothing } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { button, h } from '../../ui/dom.js';
import { Picture, PICTURE_SIZE } from '../../ui/picture.js';
import { speakOfPictures } from './picture-words.js';

/** @typedef {import('../../engine/describer.js').DescribedWord} DescribedWord */

const LANGUAGES = /** @type {const} */ (['de', 'en']);
/** Offset of the seeds, to show pictures not seen in training, which used collection 1. */
const UNSEEN = 1_000_000;

/** Loads the texts of the view. */
export async function loadCaption() {
  await speakOfPictures();
  return mountCaption;
}

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
function mountCaption(root, context) {
  const captions = new Captions(root, context);
  return { open: async () => captions.open(), run: () => captions.next(), stop: () => {} };
}

class Captions {
  #state;
  #picture = new Picture('captionPicture');
  #alert = new AlertBox();
  #told = h('p', { class: 'small' });
  #sure = h('p', { class: 'small', role: 'status' });
  /** @type {Record<'de' | 'en', HTMLElement>} */
  #lines = { de: h('p', { class: 'caption', lang: 'de' }), en: h('p', { class: 'caption', lang: 'en' }) };
  #index = 0;
  #seed = -1;
  /** Counts requests, to show only the picture requested last. */
  #asked = 0;
  /** @type {[DescribedWord, HTMLElement] | null} */
  #chosen = null;

  /**
   * @param {HTMLElement} root
   * @param {import('../common/view.js').Context} context
   */
  constructor(root, { state }) {
    this.#state = state;
    const file = h('input', { id: 'caption-file', type: 'file', accept: 'image/png,image/jpeg,image/webp,image/gif' });
    file.addEventListener('change', () => file.files?.[0] && this.#take(file.files[0]));
    const drop = h('figure', { class: 'drop' }, this.#picture.canvas, this.#told);
    drop.addEventListener('dragover', (event) => event.preventDefault());
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      const [taken] = event.dataTransfer?.files ?? [];
      if (taken) this.#take(taken);
    });
    root.append(
      h('p', { class: 'lead', t: 'captionLead' }),
      h(
        'section',
        { class: 'desk', 'aria-labelledby': 'caption-title' },
        h('h2', { id: 'caption-title', class: 'unseen', t: 'captionTitle' }),
        h(
          'div',
          { class: 'row' },
          button('captionNext', () => this.next(), { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' }),
          h('label', { for: 'caption-file', t: 'captionOwn' }),
          file,
        ),
      ),
      this.#alert.element,
      h(
        'div',
        { class: 'caption-board' },
        drop,
        h('div', {}, this.#lines.de, this.#lines.en, this.#sure, h('p', { class: 'small', t: 'captionHint' }), h('p', { class: 'small', t: 'captionWorld' })),
      ),
    );
    onLanguage(() => this.#chosen && this.#tell(this.#chosen[0]));
  }

  open() {
    const { seed } = this.#state.settings;
    if (seed === this.#seed) return;
    [this.#seed, this.#index] = [seed, 0];
    void this.#draw();
  }

  next() {
    this.#index += 1;
    void this.#draw();
  }

  #draw() {
    return this.#perform(
      async (isWanted) => {
        const { pixels, captions } = await drawIcon(UNSEEN + this.#seed, this.#index);
        if (isWanted()) await this.#show(Uint8Array.from(pixels), captions, isWanted);
      },
      () => void this.#draw(),
    );
  }

  /** @param {File} file */
  #take(file) {
    return this.#perform(
      async (isWanted) => {
        const { pixels } = await squareOf(file, PICTURE_SIZE);
        if (isWanted()) await this.#show(pixels, null, isWanted);
      },
      () => void this.#take(file),
    );
  }

  /**
   * @param {(isWanted: () => boolean) => Promise<void>} work
   * @param {() => void} retry
   */
  async #perform(work, retry) {
    const asked = ++this.#asked;
    this.#alert.clear();
    try {
      await work(() => asked === this.#asked);
    } catch (error) {
      if (asked === this.#asked) this.#alert.show(toFailure(error), retry);
    }
  }

  /**
   * @param {Uint8Array} pixels
   * @param {string[] | null} truth the correct captions, German and English
   * @param {() => boolean} isWanted
   */
  async #show(pixels, truth, isWanted) {
    this.#picture.show(pixels);
    for (const language of LANGUAGES) this.#lines[language].replaceChildren();
    saysNothing(this.#sure);
    saysNothing(this.#told);
    this.#chosen = null;
    const described = await describe(pixels);
    if (!isWanted()) return;
    let isRight = true;
    LANGUAGES.forEach((language, i) => {
      const words = described[language];
      this.#lines[language].replaceChildren(...words.map((word) => this.#word(word)));
      isRight &&= words.map(({ text }) => text).join(' ') === truth?.[i];
    });
    if (truth) say(this.#told, isRight ? 'captionRight' : 'captionWrong', { de: truth[0], en: truth[1] });
  }

  /** @param {DescribedWord} word */
  #word(word) {
    const element = h('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, word.text);
    const choose = () => {
      this.#chosen?.[1].setAttribute('aria-pressed', 'false');
      this.#chosen = [word, element];
      element.setAttribute('aria-pressed', 'true');
      this.#picture.look(word.looked);
      this.#tell(word);
    };
    for (const event of ['pointerenter', 'focus', 'click']) element.addEventListener(event, choose);
    return element;
  }

  /** @param {DescribedWord} word */
  #tell({ text, probability }) {
    say(this.#sure, 'captionSure', { word: text, share: formatNumber(probability, { style: 'percent', maximumFractionDigits: 0 }) });
  }
}
