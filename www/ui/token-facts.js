import { formatNumber, onLanguage, say } from '../i18n/index.js';
import { h, scrollable } from './dom.js';
import { visibleToken } from './visible-token.js';
import { around, number } from './number-table.js';

/** @typedef {import('../engine/protocol.js').Rated} Rated */
/** @typedef {import('./frames.js').ReadToken} ReadToken */

const SHOWN = 12;

/** The ids of tokens, and the nearest neighbours of one by its embedding. */
export class TokenFacts {
  #numbers = h('ol', { class: 'token-numbers' });
  #title = h('p', { class: 'small' });
  #neighbours = h('tbody');
  element = h(
    'section',
    { class: 'picture', 'aria-labelledby': 'look-tokens' },
    h('h2', { id: 'look-tokens', t: 'tokensAndNumbers' }),
    h('p', { class: 'small', t: 'tokensHint' }),
    this.#numbers,
    h(
      'table',
      { class: 'plain' },
      h('caption', { t: 'neighbours' }),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col', t: 'nextToken' }), h('th', { scope: 'col', t: 'cosine' }))),
      this.#neighbours,
    ),
    this.#title,
  );

  /** @type {Rated[]} */
  #rated = [];

  constructor() {
    onLanguage(() => this.near(this.#rated));
  }

  /**
   * @param {ReadToken[]} tokens
   * @param {number} at
   */
  show(tokens, at) {
    this.element.hidden = tokens.length === 0;
    this.#numbers.replaceChildren(
      ...around(at, SHOWN, tokens.length).map((place) => {
        const { id, text } = tokens[place];
        /** @type {Record<string, string>} */
        const current = place === at ? { 'aria-current': 'true' } : {};
        return h('li', current, h('span', { class: 'word', translate: 'no' }, visibleToken(text)), ' ', h('span', { class: 'id' }, String(id)));
      }),
    );
    const token = tokens[at];
    if (token) say(this.#title, 'neighboursOf', { token: visibleToken(token.text), id: String(token.id) });
  }

  /** @param {Rated[]} rated */
  near(rated) {
    this.#rated = rated;
    this.#neighbours.replaceChildren(
      ...rated.map(({ text, value }) => h('tr', {}, h('th', { scope: 'row', translate: 'no' }, visibleToken(text)), h('td', {}, number(value)))),
    );
  }
}

/** The logit lens: the prediction at each depth of a Transformer, from its residual stream and the output layer. */
export class Lens {
  #body = h('tbody');
  element = h(
    'section',
    { class: 'picture', 'aria-labelledby': 'look-lens' },
    h('h2', { id: 'look-lens', t: 'lens' }),
    h('p', { class: 'small', t: 'lensHint' }),
    scrollable(h('div', {}, h('table', { class: 'plain lens' }, h('caption', { t: 'lensCaption' }), this.#body)), 'lens'),
  );
  /** @type {Rated[][]} */
  #depths = [];

  constructor() {
    onLanguage(() => this.show(this.#depths));
  }

  /** @param {Rated[][]} depths lowest first; empty hides the table */
  show(depths) {
    this.#depths = depths;
    this.element.hidden = depths.length === 0;
    this.#body.replaceChildren(
      ...depths.map((rated, depth) => {
        const name = depth === 0 ? say(h('th', { scope: 'row' }), 'lensInput') : say(h('th', { scope: 'row' }), 'lensLayer', { layer: depth });
        return h('tr', {}, name, ...rated.map(share));
      }),
    );
  }
}

/** @param {Rated} rated */
function share({ text, value }) {
  const percent = formatNumber(value, { style: 'percent', maximumFractionDigits: 0 });
  const cell = h('td', { class: 'share' }, h('span', { class: 'word', translate: 'no' }, visibleToken(text)), ' ', h('span', { class: 'id' }, percent));
  cell.style.setProperty('--share', String(value));
  return cell;
}
