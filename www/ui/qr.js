// Draws a link as a QR code. The library (lean-qr) is loaded with the first one.

import { text } from '../i18n/index.js';

/** Width of the quiet zone in modules, as the standard requires. */
const QUIET = 4;

/**
 * @param {string} link
 * @returns {Promise<SVGElement | null>} null if the link is too long for any QR code
 * @throws if the library cannot be loaded
 */
export async function qrCode(link) {
  const { generate } = await import('lean-qr');
  /** @type {import('lean-qr').Bitmap2D} */
  let code;
  try {
    code = generate(link);
  } catch {
    return null;
  }
  const { size } = code;
  let dark = '';
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) if (code.get(x, y)) dark += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  }
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const side = size + 2 * QUIET;
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${side} ${side}`, class: 'qr', role: 'img', 'aria-label': text('qrOf') })) {
    svg.setAttribute(name, value);
  }
  svg.append(path('ground', `M0 0h${side}v${side}h-${side}z`), path('dark', dark));
  return svg;
}

/**
 * @param {string} name
 * @param {string} d
 */
function path(name, d) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  element.setAttribute('class', name);
  element.setAttribute('d', d);
  return element;
}
