// The view "Translate": German on one side, English on the other, and the alignment below.

import { say } from '../../i18n/index.js';
import { AlertBox } from '../../ui/alert-box.js';
import { changes } from '../../ui/changes.js';
import { Alignment } from '../../ui/alignment.js';
import { copyLink, copyText } from '../../ui/copy.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { exampleSongs } from '../../ui/example-songs.js';
import { numberChoice, textField, toggle } from '../../ui/fields.js';
import { ModelCard } from '../../ui/model-card.js';
import { modelPicker } from '../../ui/model-picker.js';
import { Notes } from '../../ui/notes.js';
import { sharing } from '../../ui/share.js';
import { TranslationRows } from '../../ui/translation-rows.js';
import { Verdict } from '../../ui/verdict.js';
import { Translating } from './translating.js';

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountTranslate(root, context) {
  const { state } = context;
  const onChoose = (/** @type {import('../../engine/protocol.js').Piece} */ piece) => translating.choose(piece);
  const rows = new TranslationRows(onChoose);
  const parts = {
    alert: new AlertBox(),
    notes: new Notes(),
    download: new DownloadBar('translate-download'),
    status: h('p', { role: 'status', class: 'status' }),
    picker: modelPicker(context, 'translator', 'translate-model'),
    rows: rows.element,
    sheets: rows.columns,
    deeper: h('details', { class: 'deeper' }, h('summary', { t: 'alignment' })),
    alignment: new Alignment(),
    verdict: new Verdict(context, 'translate'),
    cards: [new ModelCard(), new ModelCard()],
    none: h('p', { class: 'none', t: 'noTranslator', hidden: true }),
    compare: h(
      'div',
      { class: 'field' },
      h('label', { class: 'check', for: 'compare' }, toggle(state, 'compare', 'compare', { 'data-setting': 'compare' }), h('span', { t: 'compare' })),
    ),
    translate: button('translate', () => translating.translate(), {
      class: 'primary',
      'aria-keyshortcuts': 'Control+Enter Meta+Enter',
    }),
    stop: button('stop', () => translating.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' }),
    shown: h('div', { class: 'shown' }),
    afterwards: h('div', { class: 'row afterwards', hidden: true }),
  };
  parts.sheets[1].hidden = true;
  parts.deeper.append(parts.alignment.element);
  const translating = new Translating(context, parts);
  const report = (/** @type {import('../../i18n/index.js').Key} */ key) => say(parts.status, key);
  const share = sharing(
    'translate',
    () => state.settings,
    translating,
    parts,
    (listener) => state.onChange(listener),
  );
  parts.afterwards.append(
    ...share.buttons,
    button('sing', () => context.visit('chain', true), { 'data-view': 'chain' }),
    button('copyText', () => void copyText(english(parts.sheets)).then(report), { class: 'quiet' }),
    share.panel,
  );
  const link = button('copyLink', () => void copyLink(state.settings, 'translate', parts.shown, translating).then(report));
  root.classList.add('facing');
  root.append(desk(parts, state, link), page(parts), tuning(parts, state));
  return {
    open: (how) => translating.open(how),
    run: () => translating.translate(),
    stop: () => translating.stop(),
  };
}

/** @typedef {import('./translating.js').Parts} Parts */

/**
 * The left page: the German text.
 *
 * @param {Parts} parts
 * @param {import('../../state.js').State} state
 * @param {HTMLButtonElement} link
 */
function desk(parts, state, link) {
  const german = textField(state, 'german', { id: 'translate-german', rows: '7', lang: 'de', class: 'german' });
  return h(
    'section',
    { class: 'desk', 'aria-labelledby': 'translate-title' },
    h('h2', { id: 'translate-title', t: 'viewTranslate', class: 'unseen' }),
    h('label', { for: german.id, t: 'german', class: 'german' }),
    german,
    h('div', { class: 'row' }, parts.translate, parts.stop, link),
    changes(state, 'translate'),
    h('p', { class: 'small keys', t: 'shortcutsTranslate' }),
    parts.shown,
    h('p', { class: 'small', t: 'songsIntro' }),
    exampleSongs(({ text }) => state.set({ german: text })),
  );
}

/**
 * The right page: the English text and its alignment.
 *
 * @param {Parts} parts
 */
function page({ status, alert, download, none, rows, verdict, notes, afterwards, deeper, cards }) {
  return h(
    'div',
    { class: 'page' },
    h('div', { class: 'news' }, status),
    alert.element,
    download.element,
    none,
    rows,
    ...cards.map(({ suited }) => suited),
    verdict.element,
    notes.element,
    afterwards,
    deeper,
  );
}

/**
 * @param {Parts} parts
 * @param {import('../../state.js').State} state
 */
function tuning({ picker, compare, cards }, state) {
  return h(
    'section',
    { class: 'tuning', tLabel: 'tuning' },
    h('label', { for: picker.element.id, t: 'model' }),
    picker.element,
    compare,
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'translate-beam', t: 'beam_width' }),
      numberChoice(state, 'beam_width', 'translate-beam'),
      h('p', { class: 'small', id: 'translate-beam-hint', t: 'beam_widthHint' }),
    ),
    ...cards.map(({ element }) => element),
  );
}

/**
 * Returns the text to copy: one translation as it is, two with the names of their models.
 *
 * @param {import('../../ui/translation-rows.js').Column[]} sheets
 */
function english(sheets) {
  const filled = sheets.filter(({ hidden, text }) => !hidden && text !== '');
  if (filled.length === 1) return filled[0].text;
  return filled.map(({ model, text }) => `${model?.title.en}\n\n${text.trim()}\n`).join('\n');
}
