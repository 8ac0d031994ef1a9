//! Compact encoding of ascending numbers: Golomb-Rice coding (Rice 1979) of the gaps between them.
//!
//! A gap is written as its upper part in unary (that many ones, then a zero) followed by its lower `width`
//! bits, least significant bit first, both within a number and within a byte. For evenly spread numbers this
//! is within a tenth of a bit of the entropy.

/// Returns the `width` that takes the fewest bits for these numbers, and the encoded bytes.
pub(super) fn encode(ascending: &[u32]) -> (u8, Vec<u8>) {
    let mut previous = None;
    let gaps: Vec<u32> = ascending
        .iter()
        .map(|&value| {
            let gap = previous.map_or(value, |previous| value - previous - 1);
            previous = Some(value);
            gap
        })
        .collect();
    let bits =
        |width: u8| gaps.iter().map(|&gap| u64::from(gap >> width) + 1 + u64::from(width)).sum::<u64>();
    let width = (0..32).min_by_key(|&width| bits(width)).unwrap_or(0);
    let mut out = Vec::new();
    let mut length = 0;
    let mut push = |bit: bool| {
        if length % 8 == 0 {
            out.push(0);
        }
        out[length / 8] |= u8::from(bit) << (length % 8);
        length += 1;
    };
    for gap in gaps {
        (0..gap >> width).for_each(|_| push(true));
        push(false);
        (0..width).for_each(|i| push(gap >> i & 1 == 1));
    }
    (width, out)
}

/// Decodes the numbers; `None` if `bytes` is not exactly the encoding of `count` numbers. Allocates no more
/// than the bytes can hold.
pub(super) fn decode(width: u8, count: usize, bytes: &[u8]) -> Option<Vec<u32>> {
    let length = bytes.len().checked_mul(8)?;
    if width >= 32 || count > length / (usize::from(width) + 1) {
        return None;
    }
    let mut at = 0;
    let mut next = || {
        let bit = bytes.get(at / 8)? >> (at % 8) & 1;
        at += 1;
        Some(u64::from(bit))
    };
    let mut values = Vec::with_capacity(count);
    let mut least = 0;
    for _ in 0..count {
        let mut gap = 0;
        while next()? == 1 {
            gap += 1 << width;
        }
        for i in 0..width {
            gap += next()? << i;
        }
        let value = u32::try_from(least + gap).ok()?;
        values.push(value);
        least = u64::from(value) + 1;
    }
    let padding = length - at;
    let padded = padding < 8 && (padding == 0 || bytes[at / 8] >> (at % 8) == 0);
    padded.then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_nothing_else_is_read() {
        let squares: Vec<u32> = (0..3000).map(|i| i * i).collect();
        for values in [&[][..], &[0], &[u32::MAX], &[0, u32::MAX], &[5, 6, 7, 8], &squares] {
            let (width, bytes) = encode(values);
            assert_eq!(decode(width, values.len(), &bytes).as_deref(), Some(values));
            assert_eq!(decode(width, values.len(), &[&bytes[..], &[0]].concat()), None);
            assert_eq!(decode(width, values.len() + 9, &bytes), None);
            if let Some((_, shorter)) = bytes.split_last() {
                assert_eq!(decode(width, values.len(), shorter), None);
            }
        }
    }

    #[test]
    fn numbers_beyond_32_bits_are_refused() {
        // A unary part of 16 ones above 31 bits, and a second number after the largest.
        assert_eq!(decode(31, 1, &[0xff, 0xff, 0, 0, 0, 0]), None);
        assert_eq!(decode(31, 2, &[0xfd, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0]), None);
        assert_eq!(decode(32, 1, &[0; 5]), None);
        assert_eq!(decode(0, usize::MAX, &[0; 8]), None);
    }
}
