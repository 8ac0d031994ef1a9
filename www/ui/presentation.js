// Presentation mode: full screen, large type, the text on the left and the controls on the right, and a QR code that
// opens the page on the audience's devices.

import { makeLink } from '../link.js';
import { button, h } from './dom.js';
import { icon } from './icons.js';
import { drawn } from './share.js';

const TYPING = 'input, textarea, select, [contenteditable]';

/** @param {import('../state.js').State} state */
export function presentation(state) {
  const root = document.documentElement;
  const place = h('div', { class: 'qr-place', hidden: true });
  const code = button('qr', () => void toggleCode(), { 'aria-expanded': 'false' });
  const end = button('presentEnd', () => set(false));
  // On phones only the icon is visible.
  const begin = h('button', { type: 'button', 'aria-keyshortcuts': 'F' }, icon('present'), h('span', { t: 'present' }));
  begin.addEventListener('click', () => set(true));

  /** @param {boolean} on */
  function set(on) {
    if (on === root.classList.contains('presenting')) return;
    root.classList.toggle('presenting', on);
    begin.hidden = on;
    code.hidden = end.hidden = !on;
    hideCode();
    // If full screen is refused, as in a frame or on a small phone, the large type remains.
    if (on) root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) void document.exitFullscreen();
    // Do not scroll away from what is being read.
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

  // A code is out of date once the state changes.
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
