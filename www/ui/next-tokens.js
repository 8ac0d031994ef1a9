import { cutKey } from '../i18n/codes.js';
import { formatNumber, onLanguage, say, text } from '../i18n/index.js';
import { h, scrollable } from './dom.js';
import { visibleToken } from './visible-token.js';

/** @typedef {import('../engine/protocol.js').Row} Row */
/** @typedef {import('../engine/protocol.js').Step} Step */

const COLUMNS = /** @type {const} */ (['nextToken', 'nextBefore', 'nextAfter', 'nextWhy']);

/**
 * The candidates of one step: the most likely tokens with their probability before and after the sampling settings, why
 * a token was cut, and what other temperatures would make of them. In some views, a click puts a token into the text.
 */
export class NextTokens {
  #body = h('tbody');
  #others = h('tr', { class: 'others' });
  #hint = h('p', { class: 'small' });
  #fold = h('details', { class: 'curves' }, h('summary', { t: 'temperatureFold' }));
  element = h(
    'section',
    { class: 'next', tLabel: 'nextTokens' },
    scrollable(
      h(
        'div',
        {},
        h(
          'table',
          {},
          h('caption', { t: 'nextTokens' }),
          h('thead', {}, h('tr', {}, ...COLUMNS.map((t) => h('th', { scope: 'col', t })))),
          this.#body,
          h('tfoot', {}, this.#others),
        ),
      ),
      'nextTokens',
    ),
    this.#hint,
    this.#fold,
  );
  #onForce;
  #temperature;
  /** Loaded when the fold is opened. @type {import('./temperature-curves.js').TemperatureCurves | null} */
  #curves = null;
  /** @type {Step | null} */
  #step = null;
  #given = false;

  /**
   * @param {((id: number) => void) | null} onForce null if the text cannot be changed
   * @param {() => number} temperature the current one
   */
  constructor(onForce, temperature) {
    this.#onForce = onForce;
    this.#temperature = temperature;
    this.#fold.addEventListener('toggle', () => void this.#unfold());
    say(this.#hint, onForce ? 'nextHint' : 'nextHintLook');
    onLanguage(() => this.show(this.#step, this.#given));
  }

  /**
   * @param {Step | null} step
   * @param {boolean} given whether the visitor chose its token
   */
  show(step, given) {
    this.#step = step;
    this.#given = given;
    const focused = this.element.contains(document.activeElement);
    this.#body.replaceChildren(...(step?.rows ?? []).map((row) => this.#row(row, row.id === step?.id)));
    this.#others.replaceChildren(...(step ? others(step.rows) : []));
    // The buttons were replaced; keep the keyboard focus in the table.
    if (focused) this.#body.querySelector('button')?.focus();
    this.#draw();
  }

  async #unfold() {
    if (!this.#curves) {
      const { TemperatureCurves } = await import('./temperature-curves.js');
      this.#curves ??= new TemperatureCurves();
      this.#fold.append(this.#curves.element);
    }
    this.#draw();
  }

  #draw() {
    if (this.#fold.open) this.#curves?.show(this.#step?.rows ?? [], this.#temperature());
  }

  /**
   * @param {Row} row
   * @param {boolean} taken
   */
  #row(row, taken) {
    const onForce = this.#onForce;
    const word = onForce
      ? h('button', { type: 'button', lang: 'en' }, visibleToken(row.text))
      : h('span', { class: 'still', lang: 'en' }, visibleToken(row.text));
    if (onForce) word.addEventListener('click', () => onForce(row.id));
    const kind = taken ? 'taken' : row.cut ? 'cut' : '';
    return h('tr', { class: kind }, h('th', { scope: 'row' }, word), share(row.before), share(row.after), h('td', { class: 'why' }, this.#why(row, taken)));
  }

  /**
   * @param {Row} row
   * @param {boolean} taken
   */
  #why({ cut, after }, taken) {
    if (taken) return text(this.#given ? 'nextByHand' : 'nextDrawn');
    if (cut) return text(cutKey(cut));
    return after === 0 ? text('cutGreedy') : '';
  }
}

/** @param {Row[]} rows */
function others(rows) {
  const rest = (/** @type {'before' | 'after'} */ name) => Math.max(0, 1 - rows.reduce((sum, row) => sum + row[name], 0));
  return [h('th', { scope: 'row' }, text('nextOthers')), share(rest('before')), share(rest('after')), h('td')];
}

/** @param {number} probability */
function share(probability) {
  const shown = formatNumber(probability, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const cell = h('td', { class: 'share' }, probability === 0 ? '–' : shown);
  cell.style.setProperty('--share', String(Math.min(1, Math.max(0, probability))));
  return cell;
}
