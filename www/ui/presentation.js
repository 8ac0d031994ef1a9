// The page on a projector: full screen, large type, the text on the left and the controls on the right, and the QR code
// of what is shown for those who want it on their own device.

import { makeLink } from '../link.js';
import { button, h } from './dom.js';
import { drawn } from './share.js';

const TYPING = 'input, textarea, select, [contenteditable]';

/** @param {import('../state.js').State} state */
export function presentation(state) {
  const root = document.documentElement;
  const place = h('div', { class: 'qr-place', hidden: true });
  const code = button('qr', () => void toggleCode(), { 'aria-expanded': 'false' });
  const end = button('presentEnd', () => set(false));
  const begin = button('present', () => set(true), { 'aria-keyshortcuts': 'F' });

  /** @param {boolean} on */
  function set(on) {
    if (on === root.classList.contains('presenting')) return;
    root.classList.toggle('presenting', on);
    begin.hidden = on;
    code.hidden = end.hidden = !on;
    hideCode();
    // Where it is refused, as in a frame or on a small phone, the large type stays.
    if (on) root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) void document.exitFullscreen();
    // The page stays where it is: what is read must not jump away.
    (on ? code : begin).focus({ preventScroll: true });
  }

  async function toggleCode() {
    if (!place.hidden) {
      hideCode();
      return;
    }
    place.hidden = false;
    code.setAttribute('aria-expanded', 'true');
    const { settings } = state;
    const link = await makeLink(settings, settings.view, []);
    place.replaceChildren(await drawn(new URL(link, location.href).href));
  }

  function hideCode() {
    place.hidden = true;
    place.replaceChildren();
    code.setAttribute('aria-expanded', 'false');
  }

  // A code says what was shown when it was drawn.
  state.onChange(hideCode);
  document.addEventListener('fullscreenchange', () => {
    if (!document.fullscreenElement) set(false);
  });
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(TYPING)) return;
    if (event.key.toLowerCase() === 'f' && state.settings.embed !== '1') set(!root.classList.contains('presenting'));
    else if (event.key === 'Escape' && !document.fullscreenElement) set(false);
  });
  code.hidden = end.hidden = true;
  document.querySelector('.languages')?.before(h('div', { class: 'present' }, begin, code, end, place));
}
