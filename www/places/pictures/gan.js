// The view "GAN in 2D": a generator and a discriminator trained on points in the plane.

import { beginGan } from '../../engine/gan.js';
import { toFailure } from '../../errors.js';
import { formatNumber, onLanguage, say, text } from '../../i18n/index.js';
import { NUMBER_FIELDS, parseNumber, randomSeed } from '../../state.js';
import { AlertBox } from '../../ui/alert-box.js';
import { Chart } from '../../ui/chart.js';
import { button, h } from '../../ui/dom.js';
import { choice } from '../../ui/fields.js';
import { Plane } from '../../ui/plane.js';
import { speakOfPictures } from './picture-words.js';

/** @typedef {import('../../engine/gan.js').Picture} Picture */
/** @typedef {import('../../engine/gan.js').Network} Network */
/** @typedef {import('../../engine/gan.js').Instruction} Instruction */

/** @type {readonly Network[]} */
const BOTH = ['discriminator', 'generator'];
/** Maximum number of points of a curve. */
const MOST_POINTS = 4000;
/** Least time between two updates of the curves. */
const CURVES_MS = 400;

/** Loads the texts of the view. */
export async function loadGan() {
  await speakOfPictures();
  return mountGan;
}

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
function mountGan(root, context) {
  const gan = new Gan(root, context);
  return {
    open: async () => gan.open(),
    run: () => gan.play(true),
    stop: () => gan.play(false),
  };
}

class Gan {
  #state;
  #plane = new Plane(() => this.#follow());
  #alert = new AlertBox();
  #curves = new Chart({ title: 'ganLosses', x: 'ganLossStep', format: { minimumFractionDigits: 2, maximumFractionDigits: 2 } });
  #step = h('p', { class: 'figure', role: 'status' });
  #nearness = h('p', {});
  #play = button('ganPlay', () => this.play(!this.#plays), { class: 'primary', 'aria-keyshortcuts': 'Control+Enter Meta+Enter' });
  #slow = h('input', { id: 'gan-slow', type: 'checkbox' });
  #drawing = h(
    'div',
    { hidden: true },
    h('p', { class: 'small', t: 'ganDrawHint' }),
    button('ganDrawClear', () => this.#erase(), { class: 'quiet' }),
  );
  /** @type {{ instruct: (instruction: Instruction) => void } | null} */
  #session = null;
  /** The seed of the networks. */
  #begun = '';
  /** The point set they learn. */
  #cloud = '';
  #plays = false;
  /** @type {import('../../engine/gan.js').Losses} */
  #losses = { discriminator: [], generator: [] };
  #drawn = 0;
  /** @type {Picture | null} */
  #picture = null;

  /**
   * @param {HTMLElement} root
   * @param {import('../common/view.js').Context} context
   */
  constructor(root, { state }) {
    this.#state = state;
    this.#slow.addEventListener('change', () => this.play(this.#plays));
    root.append(h('p', { class: 'lead', t: 'ganLead' }), this.#desk(), this.#alert.element, this.#board(), reading());
    state.onChange(() => state.settings.view === 'gan' && this.open());
    onLanguage(() => this.#tell());
  }

  /** Follows the settings, creating new networks for another seed. */
  open() {
    const { cloud, seed } = this.#state.settings;
    this.#drawing.hidden = cloud !== 'drawn';
    this.#plane.draws = cloud === 'drawn';
    if (this.#begun !== String(seed)) this.#begin();
    else if (this.#cloud !== cloud) this.#follow();
  }

  /** @param {boolean} plays */
  play(plays) {
    if (plays && !this.#session) this.#begin();
    this.#plays = plays;
    say(this.#play, plays ? 'ganPause' : 'ganPlay');
    // Do not announce every step to screen readers.
    this.#step.setAttribute('aria-live', plays ? 'off' : 'polite');
    this.#instruct({ type: 'pace', pace: plays ? (this.#slow.checked ? 'slow' : 'fast') : 'paused' });
  }

  #desk() {
    const state = this.#state;
    const seed = h('input', { id: 'gan-seed', type: 'number', min: '0', step: '1', inputmode: 'numeric', 'data-setting': 'seed' });
    const field = NUMBER_FIELDS.find(({ name }) => name === 'seed');
    const show = () => (seed.value = String(state.settings.seed));
    seed.addEventListener('change', () => {
      const value = field ? parseNumber(field, seed.value) : null;
      if (value === null) show();
      else state.set({ seed: value });
    });
    state.onChange(show);
    show();
    const clouds = choice(state, 'cloud', 'gan-cloud', [
      ['ring', 'ganRing'],
      ['gaussians', 'ganGaussians'],
      ['line', 'ganLine'],
      ['moons', 'ganMoons'],
      ['drawn', 'ganDrawn'],
    ]);
    return h(
      'section',
      { class: 'desk', 'aria-labelledby': 'gan-title' },
      h('h2', { id: 'gan-title', class: 'unseen', t: 'ganTitle' }),
      h(
        'div',
        { class: 'gan-settings' },
        h('div', {}, h('label', { for: 'gan-cloud', t: 'ganCloud' }), clouds),
        h('div', {}, h('label', { for: 'gan-seed', t: 'seed' }), seed),
      ),
      this.#drawing,
      h(
        'div',
        { class: 'row' },
        this.#play,
        button('ganStep', () => this.#by(BOTH)),
        button('ganNew', () => this.#renew()),
        h('label', { class: 'check', for: 'gan-slow' }, this.#slow, h('span', { t: 'ganSlow' })),
      ),
      h(
        'div',
        { class: 'row', role: 'group', tLabel: 'ganByHand' },
        button('ganStepDiscriminator', () => this.#by(['discriminator']), { class: 'quiet' }),
        button('ganStepGenerator', () => this.#by(['generator']), { class: 'quiet' }),
      ),
    );
  }

  #board() {
    const look = (/** @type {'field' | 'grid'} */ part, /** @type {import('../../i18n/index.js').Key} */ t) => {
      const box = h('input', { id: `gan-${part}`, type: 'checkbox', checked: true });
      box.addEventListener('change', () => {
        this.#plane.show[part] = box.checked;
        this.#plane.redraw();
      });
      return h('label', { class: 'check', for: `gan-${part}` }, box, h('span', { t }));
    };
    const key = (/** @type {string} */ look, /** @type {import('../../i18n/index.js').Key} */ t) =>
      h('li', {}, h('span', { class: `key ${look}`, 'aria-hidden': 'true' }), h('span', { t }));
    return h(
      'div',
      { class: 'gan-board' },
      h(
        'figure',
        { class: 'gan-plane' },
        this.#plane.canvas,
        h('ul', { class: 'small gan-keys' }, key('real', 'ganKeyReal'), key('made', 'ganKeyMade'), key('grid', 'ganKeyGrid'), key('field', 'ganKeyField')),
        h('div', { class: 'row', role: 'group', tLabel: 'ganShow' }, look('field', 'ganShowField'), look('grid', 'ganShowGrid')),
      ),
      h('div', {}, this.#step, this.#nearness, this.#curves.element),
    );
  }

  /** @param {Instruction} instruction */
  #instruct(instruction) {
    this.#session?.instruct(instruction);
  }

  /** @param {readonly Network[]} networks */
  #by(networks) {
    if (!this.#session) this.#begin();
    if (this.#plays) this.play(false);
    this.#instruct({ type: 'step', networks });
  }

  /** Creates new networks, with a new seed unless it is locked. */
  #renew() {
    const { lock } = this.#state.settings;
    this.#begun = '';
    // The state's listener creates them; with a locked seed it would not be called.
    if (!lock.split(',').includes('seed')) this.#state.set({ seed: randomSeed() });
    else this.open();
  }

  #begin() {
    const { cloud, seed } = this.#state.settings;
    this.#instruct({ type: 'end' });
    this.#alert.clear();
    this.#losses = { discriminator: [], generator: [] };
    [this.#begun, this.#cloud] = [String(seed), cloud];
    const session = beginGan({ cloud, drawn: this.#plane.drawn, seed }, (picture) => {
      if (session === this.#session) this.#show(picture);
    });
    this.#session = session;
    session.finished.catch((error) => {
      if (session !== this.#session) return;
      this.#session = null;
      this.play(false);
      this.#alert.show(toFailure(error), () => this.#begin());
    });
    if (this.#plays) this.play(true);
  }

  /** Continues training with other real points. */
  #follow() {
    const { cloud } = this.#state.settings;
    this.#cloud = cloud;
    this.#instruct({ type: 'cloud', cloud, drawn: this.#plane.drawn });
  }

  #erase() {
    this.#plane.drawn = [];
    this.#follow();
  }

  /** @param {Picture} picture */
  #show(picture) {
    this.#picture = picture;
    this.#plane.draw(picture);
    for (const network of BOTH) {
      const points = [...this.#losses[network], ...picture.losses[network]];
      // Thin out long curves; more points than pixel columns are not visible.
      this.#losses[network] = points.length > MOST_POINTS ? points.filter((_, at) => at % 2 === 0) : points;
    }
    const now = performance.now();
    if (this.#plays && now - this.#drawn < CURVES_MS) return;
    this.#drawn = now;
    this.#tell();
  }

  /** Updates texts, numbers and curves. */
  #tell() {
    if (!this.#picture) return;
    const { step, nearness } = this.#picture;
    const share = (/** @type {number} */ value) => formatNumber(value, { style: 'percent', maximumFractionDigits: 0 });
    say(this.#step, 'ganStepCount', { step });
    say(this.#nearness, 'ganNearness', { precision: share(nearness.precision), recall: share(nearness.recall) });
    this.#curves.show(
      [
        { name: text('ganLossDiscriminator'), look: 'train', points: this.#losses.discriminator },
        { name: text('ganLossGenerator'), look: 'held-out', points: this.#losses.generator },
      ],
      [{ name: text('ganGuessing'), look: 'shipped', y: Math.LN2 }],
    );
  }
}

function reading() {
  return h(
    'details',
    { class: 'gan-reading' },
    h('summary', { t: 'ganReading' }),
    h('p', { t: 'ganReadingLoss' }),
    h('p', { t: 'ganReadingCollapse' }),
    h('p', { t: 'ganReadingHand' }),
  );
}
