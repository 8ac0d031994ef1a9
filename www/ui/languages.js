// The language buttons, which are part of each page's HTML.

import { currentLanguage, onLanguage, rememberLanguage, setLanguage } from '../i18n/index.js';
import { notArrived } from './not-arrived.js';

/** @typedef {import('../i18n/index.js').Language} Language */

/**
 * Enables the buttons, which are disabled until they have listeners.
 *
 * @param {() => void} [onChoice] called after the reader has chosen
 */
export function offerLanguages(onChoice) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-language]'));
  const mark = () => {
    for (const button of buttons) {
      button.setAttribute('aria-pressed', String(button.dataset.language === currentLanguage()));
    }
  };
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      const chosen = /** @type {Language} */ (button.dataset.language);
      try {
        await setLanguage(chosen);
      } catch {
        notArrived();
        return;
      }
      // Another language may have been chosen while this one was loading.
      if (currentLanguage() !== chosen) return;
      rememberLanguage(chosen);
      onChoice?.();
    });
    button.disabled = false;
  }
  onLanguage(mark);
  mark();
}
