//! Turns photos of any size into small squares.

use super::icon::{ICON_SIZE, Icon};
use super::picture::Picture;
use crate::error::{Error, ErrorCode, Result};

/// Maximum number of pixels of a photo.
const MOST_PIXELS: usize = 1 << 26;

impl Icon {
    /// Scales the central square of a picture `(height, width, 3)` in bytes to 32 x 32 pixels, averaging the
    /// pixels in each cell.
    ///
    /// # Panics
    /// If there are not `3 · width · height` bytes, or none.
    pub fn of_photo(pixels: &[u8], width: usize, height: usize) -> Self {
        Self { pixels: Picture::of_photo(pixels, width, height, ICON_SIZE).pixels }
    }

    /// [`of_photo`](Self::of_photo) for a binary PPM (`P6`), which every image editor can write.
    ///
    /// # Errors
    /// `other-format` for other formats, unreasonable sizes, or missing pixels.
    pub fn of_ppm(bytes: &[u8]) -> Result<Self> {
        let ([width, height], pixels) = read_ppm(bytes)?;
        Ok(Self::of_photo(pixels, width, height))
    }
}

impl Picture {
    /// [`of_photo`](Self::of_photo) for a binary PPM (`P6`).
    ///
    /// # Errors
    /// `other-format` for other formats, unreasonable sizes, or missing pixels.
    pub fn of_ppm(bytes: &[u8], size: usize) -> Result<Self> {
        let ([width, height], pixels) = read_ppm(bytes)?;
        Ok(Self::of_photo(pixels, width, height, size))
    }
}

/// Width, height and pixels of a PPM.
fn read_ppm(bytes: &[u8]) -> Result<([usize; 2], &[u8])> {
    let refused =
        |what: &str| Error::new(ErrorCode::OtherFormat, format!("{what}; PPM (P6, 8 bits) is read"));
    let (header, pixels) = header(bytes).ok_or_else(|| refused("this is no PPM picture"))?;
    let [width, height, deepest] = header;
    if deepest != 255 {
        return Err(refused("the picture has more or fewer than 8 bits a colour"));
    }
    let count = width.checked_mul(height).filter(|count| (1..=MOST_PIXELS).contains(count));
    let count = count.ok_or_else(|| refused(&format!("a picture of {width} x {height} is no photo")))?;
    let pixels = pixels.get(..3 * count).ok_or_else(|| refused("the picture breaks off"))?;
    Ok(([width, height], pixels))
}

/// Width, height and largest value of a PPM, and the data after them.
fn header(bytes: &[u8]) -> Option<([usize; 3], &[u8])> {
    let mut rest = bytes.strip_prefix(b"P6")?;
    let mut numbers = [0; 3];
    for number in &mut numbers {
        while let Some(stripped) = blank(rest) {
            rest = stripped;
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (text, after) = rest.split_at(digits);
        *number = std::str::from_utf8(text).ok()?.parse().ok()?;
        rest = after;
    }
    // A single blank, then the pixels.
    let (first, pixels) = rest.split_first()?;
    first.is_ascii_whitespace().then_some((numbers, pixels))
}

/// Skips a blank or a comment.
fn blank(bytes: &[u8]) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first()?;
    match first {
        b'#' => Some(&rest[rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1)..]),
        byte if byte.is_ascii_whitespace() => Some(rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_stays_itself_and_a_photo_is_cropped_and_averaged() {
        let (_, icon) = Icon::numbered(1, 1);
        assert_eq!(Icon::of_photo(&icon.pixels, ICON_SIZE, ICON_SIZE), icon);
        // Alternating black and white columns, with red on both sides of the central square.
        let row: Vec<u8> = (0..100)
            .flat_map(|x| match x {
                0..18 | 82.. => [255, 0, 0],
                _ if x % 2 == 0 => [0, 0, 0],
                _ => [255, 255, 255],
            })
            .collect();
        let photo = Icon::of_photo(&row.repeat(64), 100, 64);
        assert!(photo.pixels.iter().all(|&value| value == 128), "{:?}", &photo.pixels[..6]);
        assert_eq!(Icon::of_photo(&[7, 8, 9], 1, 1).pixels[..3], [7, 8, 9]);
    }

    #[test]
    fn ppm_is_read_and_damage_is_told() {
        let (_, icon) = Icon::numbered(1, 2);
        let file = [b"P6 # a comment\n32\n32 255\n", &icon.pixels[..]].concat();
        assert_eq!(Icon::of_ppm(&file).unwrap(), icon);
        for bytes in [
            &b""[..],
            b"P6 1 1 65535\nabcdef",
            b"\x89PNG\r\n",
            b"P6 0 1 255\n",
            b"P6 99999999999 99999999999 255\n",
            b"P6 4294967296 4294967296 255\n",
            b"P6 2 1 255\nabcde",
        ] {
            let refused = Icon::of_ppm(bytes).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::OtherFormat, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
