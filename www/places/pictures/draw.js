// The view "Draw": text to image by latent diffusion.

import { describe } from '../../engine/describer.js';
import { draw } from '../../engine/illustrator.js';
import { toFailure } from '../../errors.js';
import { currentLanguage, onLanguage, say, saysNothing } from '../../i18n/index.js';
import { FIRST_SONG, NUMBER_FIELDS, parseNumber } from '../../state.js';
import { AlertBox } from '../../ui/alert-box.js';
import { copyLink } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { toggle } from '../../ui/fields.js';
import { Notes } from '../../ui/notes.js';
import { saveFile } from '../../ui/save-file.js';
import { Denoising } from './denoising.js';
import { fetchFilm } from './film.js';
import { speakOfPictures } from './picture-words.js';

/** @typedef {import('../../state.js').Settings} Settings */

/** The first of `EXAMPLES`, drawn in advance with the default settings. */
const FILMS = { de: 'examples/drawing.de.json', en: 'examples/drawing.en.json' };
const EXAMPLES = {
  de: ['ein roter Stern über einem blauen Haus auf dunklem Grund', 'drei kleine gelbe Fische unten', 'gelber Mond rechts von grünem Baum', 'eine lila Rose'],
  en: [
    'a red star above a blue house on a dark background',
    'three small yellow fish at the bottom',
    'a green tree, to the left of it a white cloud',
    'a pink rose',
  ],
};
/** Delay between two steps of the example. */
const FRAME_MS = 60;
/** The background is left out of a song's title. */
const GROUND = / on a (light|grey|dark) background$/;

/** Loads the texts of the view. */
export async function loadDraw() {
  await speakOfPictures();
  return mountDraw;
}

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
function mountDraw(root, context) {
  const easel = new Easel(root, context);
  return { open: async (how) => easel.open(how), run: () => void easel.draw(), stop: () => easel.stop() };
}

class Easel {
  #context;
  #alert = new AlertBox();
  #notes = new Notes();
  #denoising = new Denoising();
  #told = h('p', { class: 'figure', role: 'status' });
  #start = button('drawDraw', () => void this.draw(), { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' });
  #stop = button('drawStop', () => this.stop(), { 'aria-keyshortcuts': 'Escape', disabled: true });
  #save = button('drawSave', () => this.#keep(), { disabled: true });
  #ask = button('drawDescribe', () => void this.#describe(), { disabled: true });
  #link = button('copyLink', () => void this.#copy(), { disabled: true });
  #shownLink = h('div', { class: 'shown' });
  #seen = h('div', { 'aria-live': 'polite' });
  #song = button('drawSong', () => this.#writeSong(), { hidden: true });
  /** English description of the picture, for a song. */
  #topic = '';
  /** @type {{ cancel: () => void } | null} */
  #run = null;
  #hasPicture = false;
  /** Number of pictures so far, to recognise the answer about an earlier one. */
  #pictures = 0;

  /**
   * @param {HTMLElement} root
   * @param {import('../common/view.js').Context} context
   */
  constructor(root, context) {
    this.#context = context;
    root.append(
      h('p', { class: 'lead', t: 'drawLead' }),
      this.#desk(),
      this.#alert.element,
      this.#notes.element,
      this.#told,
      this.#denoising.element,
      h('div', { class: 'row' }, this.#ask, this.#song, this.#link, this.#save),
      this.#shownLink,
      this.#seen,
      h(
        'details',
        { class: 'gan-reading' },
        h('summary', { t: 'ganReading' }),
        h('p', { t: 'drawReadingNoise' }),
        h('p', { t: 'drawReadingGuidance' }),
        h('p', { t: 'drawReadingWords' }),
      ),
    );
    const { state } = context;
    // A fingerprint is valid only for the settings of its picture.
    state.onChange(() => {
      const written = state.writtenWith('draw');
      if (state.settings.drawn && written && !isSame(state.settings, written)) state.set({ drawn: '' });
    });
  }

  /** @param {import('../common/view.js').How} how */
  open({ go, linked }) {
    const { state } = this.#context;
    const { drawn, wish } = state.settings;
    if (go || (linked && drawn)) void this.#drawAs(linked ? drawn : '');
    else if (!this.#hasPicture || linked) {
      // The default of a link is English, whatever the page's language.
      if (wish === EXAMPLES.en[0]) state.set({ wish: EXAMPLES[currentLanguage()][0] });
      void this.#showExample(state.settings.wish);
    }
  }

  /** Draws with a new seed, unless it is kept. */
  async draw() {
    this.#context.state.renewSeed('draw');
    await this.#drawAs('');
  }

  /** Stops and keeps the picture as it is. */
  stop() {
    this.#run?.cancel();
  }

  /** @param {string} promised fingerprint from a link */
  async #drawAs(promised) {
    this.stop();
    this.#begin();
    const { state } = this.#context;
    const settings = state.settings;
    const { wish, drawing_steps: steps, guidance, seed } = settings;
    const isWanted = () => run === this.#run;
    const run = draw(
      wish,
      { steps, guidance, seed },
      {
        onOrder: ({ caption, language, notes }) => {
          if (!isWanted()) return;
          this.#denoising.begin(caption, language === 'de' ? 'de' : 'en', steps);
          this.#notes.add(notes);
        },
        onStep: (step) => isWanted() && this.#denoising.add(step),
      },
    );
    this.#run = run;
    this.#busy(true);
    say(this.#told, 'drawBegins');
    try {
      const finished = await run.done;
      if (!isWanted()) return;
      if (finished) this.#finish({ ...settings, drawn: finished.fingerprint }, promised, finished.seconds);
      else {
        say(this.#told, 'drawStopped');
        this.#ask.disabled = this.#denoising.pixels.length === 0;
      }
    } catch (error) {
      if (!isWanted()) return;
      saysNothing(this.#told);
      this.#alert.show(toFailure(error), () => void this.#drawAs(promised));
    }
    this.#busy(false);
  }

  #begin() {
    this.#hasPicture = true;
    this.#pictures += 1;
    this.#alert.clear();
    this.#notes.clear();
    this.#seen.replaceChildren();
    this.#song.hidden = true;
    this.#shownLink.replaceChildren();
    for (const control of [this.#save, this.#ask, this.#link]) control.disabled = true;
  }

  /**
   * @param {Settings} settings
   * @param {string} promised
   * @param {number} seconds
   */
  #finish(settings, promised, seconds) {
    const { state } = this.#context;
    state.wrote('draw', settings);
    if (isSame(state.settings, settings)) state.set({ drawn: settings.drawn });
    const shown = Number(seconds.toPrecision(2));
    if (!promised) say(this.#told, 'drawTold', { seconds: shown, seed: String(settings.seed) });
    else say(this.#told, promised === settings.drawn ? 'drawSame' : 'drawDiffers', { seconds: shown });
    for (const control of [this.#save, this.#ask, this.#link]) control.disabled = false;
  }

  #desk() {
    const { state } = this.#context;
    const wish = h('input', { id: 'draw-wish', type: 'text', autocomplete: 'off', maxlength: '500', 'data-setting': 'wish' });
    const show = () => {
      if (wish.value !== state.settings.wish) wish.value = state.settings.wish;
    };
    wish.addEventListener('input', () => state.set({ wish: wish.value }));
    wish.addEventListener('keydown', (event) => event.key === 'Enter' && !event.ctrlKey && !event.metaKey && void this.draw());
    state.onChange(show);
    show();
    const examples = h('div', { class: 'row examples', role: 'group', tLabel: 'drawExamples' });
    const fill = () => {
      const language = currentLanguage();
      const offered = EXAMPLES[language].map((example) => {
        const element = h('button', { type: 'button', class: 'quiet', lang: language }, example);
        element.addEventListener('click', () => {
          state.set({ wish: example });
          void this.draw();
        });
        return element;
      });
      examples.replaceChildren(...offered);
    };
    onLanguage(fill);
    fill();
    return h(
      'section',
      { class: 'desk', 'aria-labelledby': 'draw-title' },
      h('h2', { id: 'draw-title', class: 'unseen', t: 'viewDraw' }),
      h('label', { for: 'draw-wish', t: 'drawWish' }),
      wish,
      examples,
      h('p', { class: 'small', t: 'drawKnown' }),
      h(
        'div',
        { class: 'draw-settings' },
        .../** @type {const} */ (['drawing_steps', 'guidance', 'seed']).map((name) => {
          const id = `draw-${name}`;
          return h('div', {}, h('label', { for: id, t: name }), this.#number(name, id));
        }),
        h('label', { class: 'keep' }, toggle(state, 'keep_seed', 'draw-keep'), ' ', h('span', { t: 'drawKeepSeed' })),
      ),
      h('div', { class: 'row' }, this.#start, this.#stop),
    );
  }

  /**
   * @param {'drawing_steps' | 'guidance' | 'seed'} name
   * @param {string} id
   */
  #number(name, id) {
    const { state } = this.#context;
    const field = NUMBER_FIELDS.find((candidate) => candidate.name === name);
    if (!field) throw new Error(name);
    const { min, max, step } = field;
    const input = h('input', { id, type: 'number', min: String(min), max: String(max), step: String(step), inputmode: 'decimal', 'data-setting': field.key });
    const show = () => (input.value = String(state.settings[name]));
    input.addEventListener('change', () => {
      const value = parseNumber(field, input.value);
      if (value === null) show();
      else state.set({ [name]: value });
    });
    state.onChange(show);
    show();
    return input;
  }

  /** @param {string} wish drawn at once if it differs from the example's */
  async #showExample(wish) {
    this.#begin();
    try {
      const film = await fetchFilm(FILMS[currentLanguage()]);
      if (this.#run) return;
      if (wish !== film.prompt) {
        void this.#drawAs('');
        return;
      }
      this.#denoising.begin(film.caption, film.language, film.frames.length);
      say(this.#told, 'drawBeforehand', { seed: String(film.seed) });
      await this.#play(film.frames);
      if (this.#run) return;
      for (const control of [this.#save, this.#ask]) control.disabled = false;
    } catch {
      // The view works without the example.
      this.#hasPicture = false;
    }
  }

  /**
   * Plays the steps, unless the visitor prefers reduced motion.
   *
   * @param {readonly import('./film.js').Frame[]} frames
   */
  async #play(frames) {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const frame of frames) {
      if (this.#run) return;
      this.#denoising.add(frame);
      if (!isCalm) await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
    }
  }

  async #copy() {
    const written = this.#context.state.writtenWith('draw');
    if (!written) return;
    const key = await copyLink(written, 'draw', this.#shownLink, { byGpu: false, prove: async () => [] });
    say(this.#told, key === 'linkCopied' ? 'drawLinkCopied' : key);
  }

  /** Has the captioner describe the picture. */
  async #describe() {
    this.#ask.disabled = true;
    this.#alert.clear();
    const picture = this.#pictures;
    try {
      const { de, en } = await describe(this.#denoising.pixels);
      if (picture !== this.#pictures) return;
      const [german, english] = [de, en].map((words) => words.map(({ text }) => text).join(' '));
      this.#seen.replaceChildren(h('p', { class: 'seen', lang: 'de' }, german), h('p', { class: 'seen', lang: 'en' }, english));
      this.#topic = english.replace(GROUND, '');
      this.#song.hidden = false;
    } catch (error) {
      this.#alert.show(toFailure(error), () => void this.#describe());
    }
    this.#ask.disabled = this.#run !== null;
  }

  /** Opens Write with the caption as the title. */
  #writeSong() {
    const title = this.#topic.charAt(0).toUpperCase() + this.#topic.slice(1);
    this.#context.state.set({ ...FIRST_SONG, model: 'gpt-songs', title });
    this.#context.visit('write', true);
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.#stop.disabled = !busy;
    if (!busy) this.#run = null;
  }

  #keep() {
    this.#denoising.canvas.toBlob((blob) => blob && saveFile(blob, 'liedwerk-drawing.png', 'image/png'));
  }
}

/**
 * @param {Readonly<Settings>} a
 * @param {Readonly<Settings>} b
 */
function isSame(a, b) {
  return /** @type {const} */ (['wish', 'drawing_steps', 'guidance', 'seed']).every((name) => a[name] === b[name]);
}
