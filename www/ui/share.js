// Buttons under a result: share it via the system's share sheet, or by copying its link if there is none, and show
// its QR code.

import { say } from '../i18n/index.js';
import { copyLink, linkOf } from './copy.js';
import { button, h } from './dom.js';
import { qrCode } from './qr.js';

/**
 * @param {import('../state.js').ViewId} view
 * @param {() => import('../state.js').Settings} settings settings for the link
 * @param {import('./copy.js').Told} result
 * @param {{ status: HTMLElement, shown: HTMLElement }} places for messages, and for a link that cannot be copied
 * @param {(listener: () => void) => void} onChange subscribes to changes of the settings or the result
 */
export function sharing(view, settings, result, { status, shown }, onChange) {
  const panel = h('div', { class: 'qr-place', hidden: true });
  const code = button('qr', () => void toggle(), { class: 'quiet', 'aria-expanded': 'false' });
  const share = button('share', () => void handOn());
  // Counts drawings, to drop one that was superseded while waiting for its link.
  let drawing = 0;

  async function handOn() {
    if (navigator.share) {
      const { link } = await linkOf(settings(), view, result);
      try {
        await navigator.share({ title: document.title, url: link });
        return;
      } catch (error) {
        // The reader closed the share sheet.
        if (error instanceof DOMException && error.name === 'AbortError') return;
      }
    }
    say(status, await copyLink(settings(), view, shown, result));
  }

  async function toggle() {
    panel.hidden = !panel.hidden;
    code.setAttribute('aria-expanded', String(!panel.hidden));
    if (panel.hidden) return;
    const turn = ++drawing;
    const { link } = await linkOf(settings(), view, result);
    const picture = await drawn(link);
    if (turn === drawing) panel.replaceChildren(picture);
  }

  /** Hides a code that is out of date. */
  function clear() {
    drawing += 1;
    panel.hidden = true;
    panel.replaceChildren();
    code.setAttribute('aria-expanded', 'false');
  }

  onChange(clear);
  return { buttons: [share, code], panel };
}

/**
 * Draws the QR code of a link, or says why there is none.
 *
 * @param {string} link
 * @returns {Promise<Element>}
 */
export async function drawn(link) {
  const picture = await qrCode(link).catch(() => undefined);
  if (picture) return picture;
  return h('p', { class: 'small', t: picture === null ? 'qrTooLong' : 'partMissing' });
}
