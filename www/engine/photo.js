// Decodes the visitor's pictures via a canvas, where scripts inside them never run.

/** Size limit, well above that of a photo. */
const MOST_BYTES = 64 << 20;
/** Marks the start of each frame of an animated GIF (graphic control extension). */
const FRAME = [0x21, 0xf9, 0x04];

/**
 * Crops an image file to its central square, scales it and puts it on a white background.
 *
 * @param {File} file
 * @param {number} size
 * @returns {Promise<{ pixels: Uint8Array, notes: import('./protocol.js').Note[] }>} RGB, `size` x `size`;
 *   notes on what was lost
 * @throws `{code: 'bad-picture', message}` if it is not a usable picture
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

/** Whether a file is an animated GIF. @param {File} file */
async function moves(file) {
  if (file.type !== 'image/gif') return false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let frames = 0;
  for (let i = bytes.indexOf(FRAME[0]); i >= 0 && frames < 2; i = bytes.indexOf(FRAME[0], i + 1)) {
    if (FRAME.every((byte, j) => bytes[i + j] === byte)) frames += 1;
  }
  return frames > 1;
}
