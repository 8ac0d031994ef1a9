// Colour scales for heat maps. Their stops are custom properties of style.css, for light and dark mode; the scales use
// lightness, or blue and orange, which colour-blind readers can distinguish.

/** @typedef {'amount' | 'signed'} Scale from 0 to 1, or from negative through 0 to positive */

const STEPS = 256;
/** @type {Record<Scale, string[]>} */
const STOPS = {
  amount: ['--amount-none', '--amount-half', '--amount-all'],
  signed: ['--signed-minus', '--signed-none', '--signed-plus'],
};

/** @type {Map<Scale, Uint32Array>} */
const tables = new Map();
/** @type {Set<() => void>} */
const listeners = new Set();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  tables.clear();
  for (const listener of listeners) listener();
});

/** Registers a listener for switches between light and dark mode. @param {() => void} listener */
export function onColours(listener) {
  listeners.add(listener);
}

/**
 * Returns the colours of a scale, each as the four bytes of an RGBA pixel.
 *
 * @param {Scale} scale
 */
export function colourTable(scale) {
  let table = tables.get(scale);
  if (!table) {
    const style = getComputedStyle(document.documentElement);
    const stops = STOPS[scale].map((name) => bytes(style.getPropertyValue(name)));
    table = Uint32Array.from({ length: STEPS }, (_, i) => pixel(stops, (2 * i) / (STEPS - 1)));
    tables.set(scale, table);
  }
  return table;
}

/**
 * Returns the index in the table of a number's colour.
 *
 * @param {Scale} scale
 * @param {number} value
 * @param {number} limit the number with the strongest colour
 */
export function colourIndex(scale, value, limit) {
  const share = value / (limit || 1);
  const between = scale === 'signed' ? (share + 1) / 2 : share;
  return Math.max(0, Math.min(STEPS - 1, Math.round(between * (STEPS - 1))));
}

/**
 * Returns a number's colour in CSS syntax.
 *
 * @param {Scale} scale
 * @param {number} value
 * @param {number} limit
 */
export function colour(scale, value, limit) {
  const pixel = colourTable(scale)[colourIndex(scale, value, limit)];
  return `rgb(${pixel & 255} ${(pixel >> 8) & 255} ${(pixel >> 16) & 255})`;
}

/** @param {string} hex #rrggbb */
function bytes(hex) {
  const number = parseInt(hex.trim().slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/**
 * @param {number[][]} stops
 * @param {number} at from 0 to 2
 */
function pixel(stops, at) {
  const from = Math.min(1, Math.floor(at));
  const mixed = stops[from].map((low, i) => Math.round(low + (stops[from + 1][i] - low) * (at - from)));
  return ((255 << 24) | (mixed[2] << 16) | (mixed[1] << 8) | mixed[0]) >>> 0;
}
