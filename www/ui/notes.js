import { say } from '../i18n/index.js';
import { noteKey } from '../i18n/codes.js';
import { h } from './dom.js';

/** @typedef {import('../engine/protocol.js').Note} Note */

/** Non-fatal notes, such as characters dropped from the prompt or files that could not be cached. */
export class Notes {
  element = h('ul', { class: 'notes small', 'aria-live': 'polite', tLabel: 'notes' });
  /** @type {Set<string>} */
  #shown = new Set();

  clear() {
    this.element.replaceChildren();
    this.#shown.clear();
  }

  /** Removes notes that no longer apply. @param {string[]} codes */
  remove(codes) {
    for (const item of [...this.element.children]) {
      const { code = '' } = /** @type {HTMLElement} */ (item).dataset;
      if (codes.includes(code)) item.remove();
    }
    for (const code of codes) this.#shown.delete(code);
  }

  /** Adds notes, showing each code only once. @param {Note[]} notes */
  add(notes) {
    for (const { code, message, characters } of notes) {
      if (this.#shown.has(code)) continue;
      this.#shown.add(code);
      const item = h('li', { 'data-code': code });
      const key = noteKey(code);
      if (key) say(item, key, { characters: listed(characters), about: String(characters ?? '') });
      else item.textContent = message ?? code;
      this.element.append(item);
    }
  }
}

/** @param {Note['characters']} characters */
function listed(characters = '') {
  const all = typeof characters === 'string' ? Array.from(characters) : characters;
  const most = all.slice(0, 40).map(visible).join(' ');
  return all.length > 40 ? `${most} …` : most;
}

/**
 * Replaces an invisible character with its code point.
 *
 * @param {string} character
 */
function visible(character) {
  const number = character.codePointAt(0) ?? 0;
  return /^[\p{C}\p{Z}]/u.test(character) ? `U+${number.toString(16).toUpperCase().padStart(4, '0')}` : character;
}
