// The view "Write": choose a model, type a title or a prompt, generate a song.

import { EXAMPLE_TITLES } from '../../examples.js';
import { say } from '../../i18n/index.js';
import { EXAMPLE_FORM } from '../../state.js';
import { AlertBox } from '../../ui/alert-box.js';
import { changes } from '../../ui/changes.js';
import { button, h } from '../../ui/dom.js';
import { DownloadBar } from '../../ui/download-bar.js';
import { ModelCard } from '../../ui/model-card.js';
import { Notes } from '../../ui/notes.js';
import { textField } from '../../ui/fields.js';
import { settingsPanel } from '../../ui/settings-panel.js';
import { sharing } from '../../ui/share.js';
import { SongSheet } from '../../ui/song-sheet.js';
import { Verdict } from '../../ui/verdict.js';
import { modelPicker } from '../../ui/model-picker.js';
import { copyLink, copyText } from '../../ui/copy.js';
import { askFor, hasForm, NO_FORM } from '../common/song-form-rules.js';
import { SongFigures } from '../common/song-form-figures.js';
import { SongForm } from '../common/song-form.js';
import { TouchableLines } from '../common/touchable-lines.js';
import { Writing } from './writing.js';

/** @typedef {import('../../state.js').State} State */

/**
 * @param {HTMLElement} root
 * @param {import('../common/view.js').Context} context
 * @returns {import('../common/view.js').View}
 */
export function mountWrite(root, context) {
  const { state } = context;
  const sheet = new SongSheet();
  const parts = {
    sheet,
    lines: new TouchableLines(sheet),
    verdict: new Verdict(context, 'write'),
    alert: new AlertBox(),
    notes: new Notes(),
    card: new ModelCard(),
    download: new DownloadBar('write-download'),
    picker: modelPicker(context, 'model', 'write-model'),
    prompt: textField(state, 'prompt', {
      id: 'prompt',
      rows: '3',
      spellcheck: 'false',
      'aria-describedby': 'prompt-hint',
    }),
    status: h('p', { role: 'status', class: 'status' }),
    speed: h('p', { class: 'speed small' }),
    recall: h('p'),
    figures: new SongFigures(),
    form: new SongForm(state),
    beginning: h('div', { class: 'beginning' }),
    shown: h('div', { class: 'shown' }),
    generate: button('generate', () => writing.writeAnew(), {
      class: 'primary',
      'aria-keyshortcuts': 'Control+Enter Meta+Enter',
    }),
    stop: button('stop', () => writing.stop(), { disabled: true, 'aria-keyshortcuts': 'Escape' }),
    afterwards: h('div', { class: 'row afterwards', hidden: true }),
  };
  const writing = new Writing(context, parts);
  const report = (/** @type {import('../../i18n/index.js').Key} */ key) => say(parts.status, key);
  const link = button('copyLink', () => void copyLink(state.settings, 'write', parts.shown, writing).then(report));
  const share = sharing(
    'write',
    () => state.settings,
    writing,
    parts,
    (listener) => state.onChange(listener),
  );
  parts.afterwards.append(
    ...share.buttons,
    button('copyText', () => void copyText(parts.sheet.whole).then(report), { class: 'quiet' }),
    share.panel,
  );
  root.classList.add('facing');
  const rhyming = button('formExample', () => showRhyming(), { class: 'quiet', 'data-changes': 'scheme' });
  const showRhyming = () => {
    const titles = EXAMPLE_TITLES[parts.picker.chosen()?.language === 'de' ? 'de' : 'en'];
    const title = titles[(titles.indexOf(state.settings.title) + 1) % titles.length];
    const style = parts.form.knows(EXAMPLE_FORM.style) ? EXAMPLE_FORM.style : '';
    askFor(state, { ...NO_FORM, ...EXAMPLE_FORM, style, title });
    writing.writeAnew();
  };
  const hint = h('p', { class: 'small', id: 'prompt-hint', t: 'promptHint' });
  parts.beginning.append(h('label', { for: 'prompt', t: 'prompt' }), parts.prompt, hint);
  // A song with a form needs no prompt.
  const offerBeginning = () => {
    parts.beginning.hidden = hasForm(state.settings);
  };
  state.onChange(offerBeginning);
  offerBeginning();
  root.append(desk(parts, link, rhyming, changes(state, 'write')), page(parts), tuning(parts, state));
  parts.sheet.showExample();
  return {
    open: (how) => writing.open(how),
    run: () => writing.writeAnew(),
    stop: () => writing.stop(),
  };
}

/** @typedef {import('./writing.js').Parts & { prompt: HTMLTextAreaElement, beginning: HTMLElement, figures: SongFigures }} Parts */

/**
 * The left page: the visitor's input.
 *
 * @param {Parts} parts
 * @param {HTMLButtonElement} link
 * @param {HTMLButtonElement} rhyming writes an example of a song with a form
 * @param {HTMLElement} changed
 */
function desk(parts, link, rhyming, changed) {
  return h(
    'section',
    { class: 'desk', 'aria-labelledby': 'desk-title' },
    h('h2', { id: 'desk-title', t: 'desk', class: 'unseen' }),
    parts.form.title,
    parts.beginning,
    h('div', { class: 'row' }, parts.generate, parts.stop, link),
    changed,
    h('p', { class: 'small keys', t: 'shortcuts' }),
    rhyming,
    parts.shown,
    parts.form.element,
  );
}

/**
 * The right page: the model's output.
 *
 * @param {Parts} parts
 */
function page(parts) {
  return h(
    'div',
    { class: 'page' },
    h('div', { class: 'news' }, parts.status, parts.speed),
    parts.alert.element,
    parts.download.element,
    parts.sheet.element,
    parts.card.suited,
    parts.verdict.element,
    parts.figures.element,
    parts.recall,
    parts.notes.element,
    parts.afterwards,
  );
}

/**
 * The settings: below the prompt if there is room, below the song on phones.
 *
 * @param {Parts} parts
 * @param {State} state
 */
function tuning(parts, state) {
  return h(
    'section',
    { class: 'tuning', tLabel: 'tuning' },
    h('label', { for: 'write-model', t: 'model' }),
    parts.picker.element,
    settingsPanel(state, 'write'),
    parts.card.element,
  );
}
