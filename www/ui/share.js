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
 */
export function sharing(view, settings, result, { status, shown }) {
  const panel = h('div', { class: 'qr-place', hidden: true });
  const code = button('qr', () => void toggle(), { class: 'quiet', 'aria-expanded': 'false' });
  const share = button('share', () => void handOn());

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
    panel.replaceChildren();
    const { link } = await linkOf(settings(), view, result);
    panel.replaceChildren(await drawn(link));
  }

  return {
    buttons: [share, code],
    panel,
    /** Of a result that is no more. */
    clear() {
      panel.hidden = true;
      code.setAttribute('aria-expanded', 'false');
    },
  };
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
