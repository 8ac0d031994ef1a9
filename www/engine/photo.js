// Pictures that people bring: decoded by the browser onto a canvas, where no script in them ever runs.

/** More than a photo has. */
const MOST_BYTES = 64 << 20;
/** Begins each frame of a GIF that moves. */
const FRAME = [0x21, 0xf9, 0x04];

/**
 * The middle square of an image file, on white where it is transparent.
 *
 * @param {File} file
 * @param {number} size
 * @returns {Promise<{ pixels: Uint8Array, notes: import('./protocol.js').Note[] }>} red, green, blue of `size` x `size`
 *   pixels; notes of what was left out
 * @throws `{code, message}` where it is no picture
 */
export async function squareOf(file, size) {
  const refused = (/** @type {string} */ message) => ({ code: 'bad-picture', message });
  if (file.size > MOST_BYTES) throw refused(`${file.name} has ${file.size} bytes`);
  if (/svg/.test(file.type)) throw refused(`${file.name} is no photo`);
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d');
  /** @type {ImageBitmap} */
  let image;
  try {
    image = await createImageBitmap(file);
  } catch (error) {
    throw refused(`${file.name}: ${error}`);
  }
  const { width, height } = image;
  const side = Math.min(width, height);
  if (!context || !side) throw refused(file.name);
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, size, size);
  context.drawImage(image, (width - side) / 2, (height - side) / 2, side, side, 0, 0, size, size);
  image.close();
  const { data } = context.getImageData(0, 0, size, size);
  const pixels = new Uint8Array(3 * size * size);
  for (let i = 0; i < pixels.length; i += 1) pixels[i] = data[4 * Math.floor(i / 3) + (i % 3)];
  const notes = [];
  if (side > size) notes.push({ code: 'picture-shrunk', message: '', characters: `${width} × ${height}` });
  if (await moves(file)) notes.push({ code: 'first-frame', message: '' });
  return { pixels, notes };
}

/** @param {File} file whether it is a GIF of several frames */
async function moves(file) {
  if (file.type !== 'image/gif') return false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let frames = 0;
  for (let i = bytes.indexOf(FRAME[0]); i >= 0 && frames < 2; i = bytes.indexOf(FRAME[0], i + 1)) {
    if (FRAME.every((byte, j) => bytes[i + j] === byte)) frames += 1;
  }
  return frames > 1;
}
