// The view "Style transfer": a content picture, a style picture, and a result that approximates both.

import { look, paint } from '../../engine/painter.js';
import { toFailure } from '../../errors.js';
import { formatNumber, onLanguage, say, saysNothing } from '../../i18n/index.js';
import { NUMBER_FIELDS, parseNumber } from '../../state.js';
import { AlertBox } from '../../ui/alert-box.js';
import { button, h } from '../../ui/dom.js';
import { choice } from '../../ui/fields.js';
import { Notes } from '../../ui/notes.js';
import { saveFile } from '../../ui/save-file.js';
import { speakOfPictures } from './picture-words.js';

/** @typedef {import('../../engine/painter.js').Painted} Painted */
/** @typedef {import('../../i18n/index.js').Key} Key */
/** @typedef {'content' | 'style'} Role */

/** The example result, painted with the default settings and seed 1. */
const EXAMPLE = 'examples/style.png';
const MOTIFS = /** @type {const} */ ([
  ['village', 'motifVillage'],
  ['boat', 'motifBoat'],
  ['still-life', 'motifStillLife'],
]);
const PAINTINGS = /** @type {const} */ ([
  ['waves', 'paintingWaves'],
  ['brush', 'paintingBrush'],
  ['mosaic', 'paintingMosaic'],
  ['hatching', 'paintingHatching'],
  ['dots', 'paintingDots'],
  ['marble', 'paintingMarble'],
  ['glass', 'paintingGlass'],
  ['geometry', 'paintingGeometry'],
  ['weave', 'paintingWeave'],
]);

/** Loads the texts of the view. */
export async function loadStyle() {
  await speakOfPictures();
  return mountStyle;
}

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
function mountStyle(root, context) {
  const studio = new Studio(root, context);
  return { open: async () => studio.open(), run: () => void studio.paint(), stop: () => studio.stop() };
}

/** A canvas that shows pictures of any size and accepts dropped files. */
class Frame {
  canvas;
  element;

  /**
   * @param {Key} label
   * @param {Key} name
   * @param {((file: File) => void) | null} onFile
   */
  constructor(label, name, onFile) {
    this.canvas = h('canvas', { class: 'picture', width: '128', height: '128', role: 'img', tLabel: label });
    this.element = h('figure', { class: 'drop' }, h('figcaption', { t: name }), this.canvas);
    if (!onFile) return;
    this.element.addEventListener('dragover', (event) => event.preventDefault());
    this.element.addEventListener('drop', (event) => {
      event.preventDefault();
      const [taken] = event.dataTransfer?.files ?? [];
      if (taken) onFile(taken);
    });
  }

  /** @param {{ pixels: Uint8Array, size: number }} square */
  show({ pixels, size }) {
    const shown = new ImageData(size, size);
    for (let i = 0; i < size * size; i += 1) {
      shown.data.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
      shown.data[4 * i + 3] = 255;
    }
    [this.canvas.width, this.canvas.height] = [size, size];
    this.canvas.getContext('2d')?.putImageData(shown, 0, 0);
  }

  /** @param {CanvasImageSource & { width: number, height: number }} image */
  showImage(image) {
    [this.canvas.width, this.canvas.height] = [image.width, image.height];
    this.canvas.getContext('2d')?.drawImage(image, 0, 0);
  }
}

class Studio {
  #state;
  #alert = new AlertBox();
  #notes = new Notes();
  #frames = {
    content: new Frame('styleContentPicture', 'styleContent', (file) => this.#take('content', file)),
    style: new Frame('styleStylePicture', 'styleStyle', (file) => this.#take('style', file)),
  };
  #result = new Frame('styleResultPicture', 'styleResult', null);
  #bar = h('progress', { tLabel: 'styleProgress', max: '1', value: '0', hidden: true });
  #told = h('p', { class: 'figure', role: 'status' });
  #start = button('stylePaint', () => void this.paint(), { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' });
  #stop = button('styleStop', () => this.stop(), { 'aria-keyshortcuts': 'Escape', disabled: true });
  #save = button('styleSave', () => this.#keep(), { disabled: true });
  #drop = button('styleDropOwn', () => this.#forget(), { class: 'quiet', hidden: true });
  /** The visitor's own pictures, which never leave this device. @type {Record<Role, File | null>} */
  #files = { content: null, style: null };
  /** @type {Record<Role, HTMLInputElement>} */
  #inputs = { content: this.#fileInput('content'), style: this.#fileInput('style') };
  /** Key of the picture shown in each frame. @type {Record<Role, string>} */
  #shown = { content: '', style: '' };
  /** @type {{ cancel: () => void } | null} */
  #run = null;
  #hasExample = false;

  /**
   * @param {HTMLElement} root
   * @param {import('../common/view.js').Context} context
   */
  constructor(root, { state }) {
    this.#state = state;
    root.append(
      h('p', { class: 'lead', t: 'styleLead' }),
      this.#desk(),
      this.#alert.element,
      this.#notes.element,
      h('div', { class: 'style-board' }, this.#frames.content.element, this.#frames.style.element, h('div', {}, this.#result.element, this.#bar, this.#told)),
      h(
        'details',
        { class: 'gan-reading' },
        h('summary', { t: 'ganReading' }),
        h('p', { t: 'styleReadingLoss' }),
        h('p', { t: 'styleReadingFilters' }),
        h('p', { t: 'styleReadingSizes' }),
      ),
    );
    state.onChange(() => state.settings.view === 'style' && this.open());
  }

  /** Shows the pictures of the settings. */
  open() {
    void this.#look('content');
    void this.#look('style');
    if (!this.#hasExample) this.#showExample();
  }

  /** Starts painting with the current settings. */
  async paint() {
    this.stop();
    this.#alert.clear();
    const { picture_size: size, painting_steps: steps, strength, seed } = this.#state.settings;
    const order = { content: this.#source('content'), style: this.#source('style'), size, settings: { steps, strength, seed } };
    const run = paint(order, (painted) => run === this.#run && this.#show(painted, steps));
    this.#run = run;
    this.#busy(true);
    say(this.#told, 'styleBegins');
    try {
      await run.done;
    } catch (error) {
      if (run === this.#run) {
        saysNothing(this.#told);
        this.#alert.show(toFailure(error), () => void this.paint());
      }
    }
    if (run === this.#run) this.#busy(false);
  }

  /** Stops painting, keeping the picture. */
  stop() {
    this.#run?.cancel();
  }

  #desk() {
    const state = this.#state;
    const labelled = (/** @type {string} */ id, /** @type {Key} */ t, /** @type {HTMLElement} */ field) => h('div', {}, h('label', { for: id, t }), field);
    const numbers = (/** @type {'picture_size' | 'painting_steps'} */ name, /** @type {string} */ id) => {
      const among = NUMBER_FIELDS.find((field) => field.name === name)?.among ?? [];
      const element = h('select', { id }, ...among.map((value) => h('option', { value: String(value) }, String(value))));
      const show = () => (element.value = String(state.settings[name]));
      element.addEventListener('change', () => state.set({ [name]: Number(element.value) }));
      state.onChange(show);
      show();
      return element;
    };
    return h(
      'section',
      { class: 'desk', 'aria-labelledby': 'style-title' },
      h('h2', { id: 'style-title', class: 'unseen', t: 'viewStyle' }),
      h(
        'div',
        { class: 'style-settings' },
        labelled('style-motif', 'styleContent', choice(state, 'motif', 'style-motif', MOTIFS)),
        labelled('style-painting', 'styleStyle', choice(state, 'painting', 'style-painting', PAINTINGS)),
        labelled('style-content-file', 'styleOwnContent', this.#inputs.content),
        labelled('style-style-file', 'styleOwnStyle', this.#inputs.style),
        this.#strength(),
        labelled('style-size', 'styleSize', numbers('picture_size', 'style-size')),
        labelled('style-steps', 'styleSteps', numbers('painting_steps', 'style-steps')),
        labelled('style-seed', 'seed', this.#seed()),
      ),
      h('div', { class: 'row' }, this.#start, this.#stop, this.#save, this.#drop),
      h('p', { class: 'small', t: 'styleOwnHint' }),
    );
  }

  #strength() {
    const state = this.#state;
    const input = h('input', { id: 'style-strength', type: 'range', min: '0', max: '1', step: '0.05' });
    const value = h('span', { class: 'value', 'aria-hidden': 'true' });
    const show = () => {
      input.value = String(state.settings.strength);
      value.textContent = formatNumber(state.settings.strength, { style: 'percent', maximumFractionDigits: 0 });
    };
    input.addEventListener('input', () => state.set({ strength: Number(input.value) }));
    state.onChange(show);
    onLanguage(show);
    show();
    return h('div', { class: 'line-up' }, h('label', { for: 'style-strength', t: 'styleStrength' }), value, input);
  }

  #seed() {
    const state = this.#state;
    const input = h('input', { id: 'style-seed', type: 'number', min: '0', step: '1', inputmode: 'numeric', 'data-setting': 'seed' });
    const field = NUMBER_FIELDS.find(({ name }) => name === 'seed');
    const show = () => (input.value = String(state.settings.seed));
    input.addEventListener('change', () => {
      const value = field ? parseNumber(field, input.value) : null;
      if (value === null) show();
      else state.set({ seed: value });
    });
    state.onChange(show);
    show();
    return input;
  }

  /** @param {Role} role */
  #fileInput(role) {
    const input = h('input', { id: `style-${role}-file`, type: 'file', accept: 'image/png,image/jpeg,image/webp,image/gif' });
    input.addEventListener('change', () => input.files?.[0] && this.#take(role, input.files[0]));
    return input;
  }

  /**
   * @param {Role} role
   * @param {File} file
   */
  #take(role, file) {
    this.#files[role] = file;
    this.#drop.hidden = false;
    this.#notes.clear();
    this.#shown[role] = '';
    void this.#look(role);
  }

  /** Returns from the visitor's pictures to the built-in ones. */
  #forget() {
    this.#drop.hidden = true;
    this.#notes.clear();
    for (const role of /** @type {Role[]} */ (['content', 'style'])) {
      this.#files[role] = null;
      this.#inputs[role].value = '';
    }
    this.open();
  }

  /** @param {Role} role */
  #source(role) {
    const { motif, painting } = this.#state.settings;
    return { name: role === 'content' ? motif : painting, file: this.#files[role] };
  }

  /** @param {Role} role */
  async #look(role) {
    const { picture_size: size, seed } = this.#state.settings;
    const source = this.#source(role);
    const wanted = source.file ? `own ${size}` : `${source.name} ${size} ${role === 'style' ? seed : ''}`;
    if (wanted === this.#shown[role]) return;
    this.#shown[role] = wanted;
    const isWanted = () => wanted === this.#shown[role] && source.file === this.#files[role];
    this.#alert.clear();
    try {
      const { pixels, notes } = await look(source, size, seed);
      if (!isWanted()) return;
      this.#frames[role].show({ pixels, size });
      this.#notes.add(notes);
    } catch (error) {
      if (!isWanted()) return;
      this.#shown[role] = '';
      if (source.file) {
        // Discard a file that cannot be read.
        this.#files[role] = null;
        this.#inputs[role].value = '';
        this.#drop.hidden = !this.#files.content && !this.#files.style;
      }
      this.#alert.show(toFailure(error), () => void this.#look(role));
    }
  }

  async #showExample() {
    this.#hasExample = true;
    const image = new Image();
    image.src = EXAMPLE;
    try {
      await image.decode();
    } catch {
      // The view works without the example.
      return;
    }
    if (this.#run) return;
    this.#result.showImage(image);
    say(this.#told, 'styleBeforehand');
  }

  /**
   * @param {Painted} painted
   * @param {number} steps
   */
  #show(painted, steps) {
    this.#result.show(painted);
    this.#bar.value = painted.step / steps;
    // Pass numbers, not strings, so that they are formatted for the language.
    const shown = (/** @type {number} */ value) => Number(value.toPrecision(2));
    say(this.#told, 'styleTold', { step: painted.step, steps, style: shown(painted.style), content: shown(painted.content), seconds: shown(painted.seconds) });
    this.#save.disabled = false;
  }

  /** @param {boolean} busy */
  #busy(busy) {
    this.#stop.disabled = !busy;
    this.#bar.hidden = !busy;
    this.#bar.value = 0;
    // Do not announce every step to screen readers.
    this.#told.setAttribute('aria-live', busy ? 'off' : 'polite');
    if (!busy) this.#run = null;
  }

  #keep() {
    this.#result.canvas.toBlob((blob) => blob && saveFile(blob, 'liedwerk-style.png', 'image/png'));
  }
}
