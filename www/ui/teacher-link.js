// Makes class links: with the settings of this view, some of them locked or hidden, or as a frame to embed.

import { onLanguage, say, saysNothing, text } from '../i18n/index.js';
import { makeLink } from '../link.js';
import { copied } from './copy.js';
import { button, h } from './dom.js';
import { names } from './rules.js';

/**
 * What a class may change; for `own`, the teacher chooses each setting.
 *
 * @typedef {'free' | 'same' | 'temperature' | 'watch' | 'own'} Preset
 */

/** @type {readonly (readonly [Preset, import('../i18n/index.js').Key])[]} */
const PRESETS = [
  ['free', 'teacherFree'],
  ['same', 'teacherSame'],
  ['temperature', 'teacherTemperature'],
  ['watch', 'teacherWatch'],
  ['own', 'teacherOwn'],
];

/**
 * Creates the panel. Call `draw` when the view has changed.
 *
 * @param {import('../state.js').State} state
 * @param {readonly { id: import('../state.js').ViewId, title: import('../i18n/index.js').Key }[]} views
 */
export function teacherLink(state, views) {
  const said = h('p', { class: 'small', 'aria-live': 'polite' });
  const table = h('div', { class: 'choices' });
  const chosen = { hide: names(state.settings.hide), lock: names(state.settings.lock) };
  /** @type {Preset} */
  let preset = chosen.hide.size + chosen.lock.size > 0 ? 'own' : 'free';
  const field = h('input', { type: 'text', readonly: true, class: 'link', tLabel: 'teacherLink', hidden: true });
  const preview = h('a', { target: '_blank', rel: 'noopener', t: 'teacherPreview' });
  const presets = h('fieldset', { class: 'presets' }, h('legend', { t: 'teacherMay' }));
  const element = h(
    'details',
    { class: 'teacher' },
    h('summary', { t: 'teacherLink' }),
    h('p', { class: 'small', t: 'teacherHint' }),
    presets,
    table,
    h(
      'div',
      { class: 'row' },
      button('copyTeacherLink', () => void copy(false)),
      preview,
      button('copyFrame', () => void copy(true), { class: 'quiet' }),
    ),
    said,
    field,
  );

  /** @param {readonly [Preset, import('../i18n/index.js').Key]} of */
  function radio([id, t]) {
    const input = h('input', { type: 'radio', name: 'teacher-preset', value: id });
    input.checked = id === preset;
    input.addEventListener('change', () => {
      preset = id;
      offer();
    });
    return h('label', { class: 'preset' }, input, ' ', h('span', { t }));
  }

  /** Returns the setting controls of the visible view. */
  function offered() {
    /** @type {NodeListOf<HTMLElement>} */
    const controls = document.querySelectorAll('.view:not([hidden]) [data-setting]');
    return [...controls];
  }

  /** @returns {{ hide: string, lock: string }} */
  function rules() {
    const all = [...new Set(offered().map((control) => control.dataset.setting ?? ''))];
    if (preset === 'own') {
      const listed = new Set([...table.querySelectorAll('input')].map(({ value }) => value));
      const list = (/** @type {Set<string>} */ of) => [...of].filter((name) => listed.has(name)).join(',');
      return { hide: list(chosen.hide), lock: list(chosen.lock) };
    }
    const locked = { free: [], same: ['seed'], temperature: all.filter((name) => name !== 'temperature'), watch: all }[preset];
    return { hide: '', lock: locked.join(',') };
  }

  /** @param {boolean} framed */
  async function linkFor(framed) {
    const { lang, view } = state.settings;
    const given = { lang, ...rules(), embed: /** @type {'' | '1'} */ (framed ? '1' : '') };
    return new URL(await makeLink(state.settings, view, [], given), location.href).href;
  }

  /** @param {boolean} framed */
  async function copy(framed) {
    const link = await linkFor(framed);
    const made = framed ? `<iframe src="${link.replaceAll('&', '&amp;')}" title="liedwerk" width="100%" height="700"></iframe>` : link;
    const done = await copied(made);
    say(said, done ? (framed ? 'frameCopied' : 'teacherLinkCopied') : 'linkShown');
    field.hidden = done;
    field.value = made;
    if (!done) field.select();
  }

  const draw = () => {
    saysNothing(said);
    if (!element.open) return;
    const { view } = state.settings;
    const rows = offered().map((control) => row(control.dataset.setting ?? '', nameOf(control), ['lock', 'hide']));
    const others = views.filter(({ id }) => id !== view).map(({ id, title }) => row(id, text(title), ['hide']));
    table.replaceChildren(group('teacherSettings', rows), group('teacherViews', others));
    if (!presets.querySelector('input')) presets.append(...PRESETS.map(radio));
    offer();
  };

  /** @param {Preset} id */
  function choose(id) {
    preset = id;
    for (const input of presets.querySelectorAll('input')) input.checked = input.value === id;
  }

  /** Updates the available presets and the preview link. */
  function offer() {
    const has = new Set(offered().map((control) => control.dataset.setting));
    for (const [value, needed] of /** @type {const} */ ([
      ['same', 'seed'],
      ['temperature', 'temperature'],
    ])) {
      const label = presets.querySelector(`[value="${value}"]`)?.closest('label');
      if (label) label.hidden = !has.has(needed);
      if (preset === value && !has.has(needed)) choose('free');
    }
    table.hidden = preset !== 'own';
    void linkFor(false).then((link) => preview.setAttribute('href', link));
  }

  /**
   * @param {string} key
   * @param {string} name
   * @param {('lock' | 'hide')[]} ways
   */
  function row(key, name, ways) {
    const boxes = ways.map((way) => {
      const box = h('input', { type: 'checkbox', value: key });
      box.checked = chosen[way].has(key);
      box.addEventListener('change', () => {
        chosen[way][box.checked ? 'add' : 'delete'](key);
        offer();
      });
      const word = h('span', { t: way === 'lock' ? 'toLock' : 'toHide' });
      return h('label', {}, box, ' ', word, h('span', { class: 'unseen' }, ` ${name}`));
    });
    return h('div', { class: 'ruling' }, h('span', {}, name), ...boxes);
  }

  element.addEventListener('toggle', draw);
  onLanguage(draw);
  state.onChange(() => element.open && offer());
  return { element, draw };
}

/**
 * @param {import('../i18n/index.js').Key} title
 * @param {HTMLElement[]} rows
 */
function group(title, rows) {
  return h('fieldset', {}, h('legend', { t: title }), ...rows);
}

/**
 * Returns the text of a control's label.
 *
 * @param {HTMLElement} control
 */
function nameOf(control) {
  const input = control.matches('input, select, textarea') ? control : (control.querySelector('input') ?? control);
  const label = document.querySelector(`label[for="${input.id}"]`);
  const by = document.getElementById(input.getAttribute('aria-labelledby') ?? '');
  // A legend labels a group of inputs as a whole.
  const legend = control.querySelector('legend');
  return (legend ?? label ?? by)?.textContent ?? input.getAttribute('aria-label') ?? '';
}
