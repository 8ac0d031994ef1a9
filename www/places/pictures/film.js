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

/**
 * @param {string} url
 * @returns {Promise<Film>} rejects if it cannot be fetched
 */
export async function fetchFilm(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  const bytes = await response.arrayBuffer();
  const length = Number(new DataView(bytes).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, length)));
  /** Splits a tensor into steps. @type {(name: string) => Uint8Array[]} */
  const parts = (name) => {
    const { shape, data_offsets } = header[name];
    const [begin, end] = data_offsets;
    const size = (end - begin) / shape[0];
    return Array.from({ length: shape[0] }, (_, i) => new Uint8Array(bytes, 8 + length + begin + i * size, size));
  };
  const [pictures, latents, fine, coarse] = ['pictures', 'latents', 'fine', 'coarse'].map(parts);
  const words = header.fine.shape[1];
  const word = (/** @type {Uint8Array} */ all, /** @type {number} */ place) =>
    Float32Array.from(all.subarray((place * all.length) / words, ((place + 1) * all.length) / words), (byte) => byte / 255);
  const frames = pictures.map((pixels, i) => ({
    pixels,
    latent: Float32Array.from(latents[i], (byte) => (byte - ZERO) / ONE),
    words: Array.from({ length: words }, (_, place) => ({ fine: word(fine[i], place), coarse: word(coarse[i], place) })),
  }));
  const { prompt, caption, language, seed, fingerprint } = JSON.parse(header.__metadata__.drawing);
  return { prompt, caption, language, seed, fingerprint, frames };
}
