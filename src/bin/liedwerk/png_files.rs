//! Reads and writes picture files.

use liedwerk::pictures::Picture;
use liedwerk::{Error, ErrorCode};
use std::io::Cursor;

/// Maximum number of pixels of a photo.
const MOST_PIXELS: u64 = 1 << 26;

/// Scales the central square of a PNG or PPM to `size` x `size` pixels; transparency is rendered on white.
///
/// # Errors
/// `other-format` for other or damaged files.
pub fn of_file(bytes: &[u8], size: usize) -> Result<Picture, Error> {
    if !bytes.starts_with(b"\x89PNG") {
        return Picture::of_ppm(bytes, size)
            .map_err(|error| Error::new(ErrorCode::OtherFormat, format!("{error}; so is PNG")));
    }
    let (pixels, [width, height]) = decoded(bytes)?;
    Ok(Picture::of_photo(&pixels, width, height, size))
}

/// Decodes to `(height, width, 3)` and returns the size.
fn decoded(bytes: &[u8]) -> Result<(Vec<u8>, [usize; 2]), Error> {
    let refused = |what: String| Error::new(ErrorCode::OtherFormat, what);
    let damaged = |error: png::DecodingError| refused(format!("a damaged PNG: {error}"));
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(refused(format!("a picture of {width} x {height} is no photo")));
    }
    let length = reader.output_buffer_size().ok_or_else(|| refused("a PNG that is too large".into()))?;
    let mut buffer = vec![0; length];
    let frame = reader.next_frame(&mut buffer).map_err(damaged)?;
    let channels = frame.color_type.samples();
    let on_white = |value: u8, alpha: u8| {
        ((u32::from(value) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8
    };
    let pixel = |samples: &[u8]| match *samples {
        [grey] => [grey; 3],
        [grey, alpha] => [on_white(grey, alpha); 3],
        [red, green, blue, alpha] => [red, green, blue].map(|value| on_white(value, alpha)),
        _ => [samples[0], samples[1], samples[2]],
    };
    let pixels = buffer[..frame.buffer_size()].chunks_exact(channels).flat_map(pixel).collect();
    Ok((pixels, [width, height].map(|side| side as usize)))
}

/// Encodes a picture as PNG.
pub fn to_png(picture: &Picture) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let side = u32::try_from(picture.size)?;
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&picture.pixels)?;
    Ok(bytes)
}
