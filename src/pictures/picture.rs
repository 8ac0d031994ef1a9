//! Square pictures of any size.

/// A square picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height, in pixels.
    pub size: usize,
    /// `(size, size, 3)`: rows from the top, red, green, blue.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Scales the central square of a picture `(height, width, 3)` in bytes to `size` x `size` pixels,
    /// averaging the pixels in each cell.
    ///
    /// # Panics
    /// If there are not `3 · width · height` bytes, or none.
    pub fn of_photo(pixels: &[u8], width: usize, height: usize, size: usize) -> Self {
        assert!(
            width > 0 && height > 0 && pixels.len() == 3 * width * height,
            "of_photo: {width} x {height}"
        );
        let side = width.min(height);
        let (left, top) = ((width - side) / 2, (height - side) / 2);
        // At least one source pixel for each new pixel.
        let range = |index: usize| {
            let first = index * side / size;
            first..((index + 1) * side / size).max(first + 1)
        };
        let mut picture = Self { size, pixels: Vec::with_capacity(3 * size * size) };
        for (y, x) in (0..size).flat_map(|y| (0..size).map(move |x| (y, x))) {
            let (rows, columns) = (range(y), range(x));
            let count = (rows.len() * columns.len()) as u64;
            for channel in 0..3 {
                let places = rows.clone().flat_map(|row| columns.clone().map(move |column| (row, column)));
                let sum: u64 = places
                    .map(|(row, column)| {
                        u64::from(pixels[3 * ((top + row) * width + left + column) + channel])
                    })
                    .sum();
                picture.pixels.push(((sum + count / 2) / count) as u8);
            }
        }
        picture
    }
}
