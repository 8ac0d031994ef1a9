// A link as a picture for the cameras of those who sit in front of it. The library that draws it (lean-qr) comes with the
// first one.

import { text } from '../i18n/index.js';

/** Light modules around the code, so that a camera finds it. */
const QUIET = 4;

/**
 * @param {string} link
 * @returns {Promise<SVGElement | null>} null where it is too long for any code
 * @throws if the library does not arrive
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
