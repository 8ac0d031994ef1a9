// Under a result: hand it on, by the system's sheet where there is one and else by copying its link, or show its QR code.

import { say } from '../i18n/index.js';
import { copyLink, linkOf } from './copy.js';
import { button, h } from './dom.js';
import { qrCode } from './qr.js';

/**
 * @param {import('../state.js').ViewId} view
 * @param {() => import('../state.js').Settings} settings that the link carries
 * @param {import('./copy.js').Told} result
 * @param {{ status: HTMLElement, shown: HTMLElement }} places what happened is told there; a link that cannot be copied is shown
 * @param {(listener: () => void) => void} onChange of the settings or the result
 */
export function sharing(view, settings, result, { status, shown }, onChange) {
  const panel = h('div', { class: 'qr-place', hidden: true });
  const code = button('qr', () => void toggle(), { class: 'quiet', 'aria-expanded': 'false' });
  const share = button('share', () => void handOn());
  // Which of several drawings is wanted: the settings may change while one waits for its link.
  let drawing = 0;

  async function handOn() {
    if (navigator.share) {
      const { link } = await linkOf(settings(), view, result);
      try {
        await navigator.share({ title: document.title, url: link });
        return;
      } catch (error) {
        // Closed by its reader, who wants nothing else either.
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

  /** What the code led to is no more. */
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
 * The code of a link, or why there is none.
 *
 * @param {string} link
 * @returns {Promise<Element>}
 */
export async function drawn(link) {
  const picture = await qrCode(link).catch(() => undefined);
  if (picture) return picture;
  return h('p', { class: 'small', t: picture === null ? 'qrTooLong' : 'partMissing' });
}
