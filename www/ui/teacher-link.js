// Makes links for a class: with the settings of this place, some of them locked or out of sight, or in a frame.

import { onLanguage, say, saysNothing, text } from '../i18n/index.js';
import { makeLink } from '../link.js';
import { copied } from './copy.js';
import { button, h } from './dom.js';
import { names } from './rules.js';

/**
 * `draw` is to be called when another view is in sight.
 *
 * @param {import('../state.js').State} state
 * @param {readonly { id: import('../state.js').ViewId, title: import('../i18n/index.js').Key }[]} views
 */
export function teacherLink(state, views) {
  const said = h('p', { class: 'small', 'aria-live': 'polite' });
  const table = h('div', { class: 'choices' });
  const chosen = { hide: names(state.settings.hide), lock: names(state.settings.lock) };
  const field = h('input', { type: 'text', readonly: true, class: 'link', tLabel: 'teacherLink', hidden: true });
  const element = h(
    'details',
    { class: 'teacher' },
    h('summary', { t: 'teacherLink' }),
    h('p', { class: 'small', t: 'teacherHint' }),
    table,
    h('div', { class: 'row' }, button('copyTeacherLink', () => void copy(false)), button('copyFrame', () => void copy(true))),
    said,
    field,
  );

  /** @param {boolean} framed */
  async function copy(framed) {
    const offered = new Set([...table.querySelectorAll('input')].map(({ value }) => value));
    const list = (/** @type {Set<string>} */ of) => [...of].filter((name) => offered.has(name)).join(',');
    const { lang, view } = state.settings;
    const rules = { lang, hide: list(chosen.hide), lock: list(chosen.lock), embed: /** @type {'' | '1'} */ (framed ? '1' : '') };
    const link = new URL(await makeLink(state.settings, view, [], rules), location.href).href;
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
    /** @type {NodeListOf<HTMLElement>} */
    const settings = document.querySelectorAll('.view:not([hidden]) [data-setting]');
    const rows = [...settings].map((control) => row(control.dataset.setting ?? '', nameOf(control), ['lock', 'hide']));
    const places = views.filter(({ id }) => id !== view).map(({ id, title }) => row(id, text(title), ['hide']));
    table.replaceChildren(group('teacherSettings', rows), group('teacherPlaces', places));
  };

  /**
   * @param {string} key
   * @param {string} name
   * @param {('lock' | 'hide')[]} ways
   */
  function row(key, name, ways) {
    const boxes = ways.map((way) => {
      const box = h('input', { type: 'checkbox', value: key });
      box.checked = chosen[way].has(key);
      box.addEventListener('change', () => chosen[way][box.checked ? 'add' : 'delete'](key));
      const word = h('span', { t: way === 'lock' ? 'toLock' : 'toHide' });
      return h('label', {}, box, ' ', word, h('span', { class: 'unseen' }, ` ${name}`));
    });
    return h('div', { class: 'ruling' }, h('span', {}, name), ...boxes);
  }

  element.addEventListener('toggle', draw);
  onLanguage(draw);
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
 * A control's own label.
 *
 * @param {HTMLElement} control
 */
function nameOf(control) {
  const input = control.matches('input, select, textarea') ? control : (control.querySelector('input') ?? control);
  const label = document.querySelector(`label[for="${input.id}"]`);
  const by = document.getElementById(input.getAttribute('aria-labelledby') ?? '');
  // A legend tells of all that its inputs are about together.
  const legend = control.querySelector('legend');
  return (legend ?? label ?? by)?.textContent ?? input.getAttribute('aria-label') ?? '';
}
