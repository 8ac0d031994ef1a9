// Reads drawings stored by `liedwerk draw --film` (src/bin/liedwerk/film.rs).

/**
 * @typedef {object} Frame result of a step
 * @property {ArrayLike<number>} pixels 32 x 32, red, green, blue
 * @property {ArrayLike<number>} latent (4, 8, 8)
 * @property {{ fine: ArrayLike<number>, coarse: ArrayLike<number> }[]} words cross-attention to each token: the
 *   language, then the words of the caption
 *
 * @typedef {object} Film
 * @property {string} prompt
 * @property {string} caption
 * @property {'de' | 'en'} language
 * @property {number} seed
 * @property {string} fingerprint
 * @property {Frame[]} frames
 */

/** Encoding of latents: 0 is stored as ZERO, 1 as ZERO + ONE. */
const [ZERO, ONE] = [128, 32];
/** Places of each attention. */
const [FINE, COARSE] = [64, 16];

/**
 * @param {string} url
 * @returns {Promise<Film>} rejects if it cannot be fetched
 */
export async function fetchFilm(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  const film = /** @type {Omit<Film, 'frames'> & { frames: Record<'pixels' | 'latent' | 'fine' | 'coarse', string>[] }} */ (await response.json());
  const share = (/** @type {Uint8Array} */ all, /** @type {number} */ word, /** @type {number} */ places) =>
    Float32Array.from(all.subarray(word * places, (word + 1) * places), (byte) => byte / 255);
  const frames = film.frames.map((frame) => {
    const [fine, coarse] = [bytes(frame.fine), bytes(frame.coarse)];
    return {
      pixels: bytes(frame.pixels),
      latent: Float32Array.from(bytes(frame.latent), (byte) => (byte - ZERO) / ONE),
      words: Array.from({ length: fine.length / FINE }, (_, word) => ({ fine: share(fine, word, FINE), coarse: share(coarse, word, COARSE) })),
    };
  });
  return { ...film, frames };
}

/** @param {string} base64 */
function bytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
