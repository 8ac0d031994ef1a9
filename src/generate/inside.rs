//! What one may ask about the inside of a model: what it did at each token, what it would have written from a
//! lower layer, which tokens it takes to be alike.

use super::sampling::bad_option;
use crate::cpu::softmax::softmax;
use crate::error::Result;
use crate::models::{FrameShape, Inside, Recording};
use crate::order::highest_first;
use crate::tensor::Tensor;

/// The most rows that one may ask for.
pub const MAX_ROWS: usize = 100;
/// Vectors of tokens that are looked at at once.
const PART: usize = 256;
/// The most positions that one may ask for.
pub const MAX_POSITIONS: usize = 4096;

/// What a model did while it read these tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The tokens read, by number and for showing.
    pub tokens: Vec<(u32, String)>,
    /// A frame for each.
    pub frames: Recording,
    /// Sizes of a frame.
    pub shape: FrameShape,
}

/// What a translator did while it read a sentence and wrote its translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslationInside {
    /// The sentence.
    pub source: Recorded,
    /// `<start>`, and all of the translation but its last token.
    pub target: Recorded,
}

/// A token and a number about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// Its number in the vocabulary.
    pub id: u32,
    /// For showing.
    pub text: String,
    /// A probability or a cosine.
    pub value: f32,
}

impl TranslationInside {
    pub(super) fn new(inside: Inside, source: Vec<(u32, String)>, target: Vec<(u32, String)>) -> Self {
        let Inside { encoder, encoder_shape, decoder, decoder_shape } = inside;
        Self {
            source: Recorded { tokens: source, frames: encoder, shape: encoder_shape },
            target: Recorded { tokens: target, frames: decoder, shape: decoder_shape },
        }
    }
}

/// The likeliest tokens of each row of logits.
pub(super) fn likeliest(
    logits: &[f32],
    vocab_size: usize,
    rows: usize,
    name: impl Fn(u32) -> String,
) -> Vec<Vec<Rated>> {
    let mut probs = vec![0.0; logits.len()];
    softmax(logits, &mut probs, vocab_size);
    probs.chunks_exact(vocab_size).map(|row| highest(row, rows, &name)).collect()
}

/// The tokens whose vectors point most nearly where that of `id` points, itself left out, by the cosine
/// between them.
///
/// # Errors
/// `bad-option` if the table has no such token.
pub(super) fn neighbours(
    table: &Tensor,
    id: u32,
    rows: usize,
    name: impl Fn(u32) -> String,
) -> Result<Vec<Rated>> {
    let &[count, width] = table.shape() else { panic!("neighbours: {:?}", table.shape()) };
    if id as usize >= count {
        return bad_option(format!("there is no token {id}; there are {count}"));
    }
    let length = |vector: &[f32]| vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let own = table.embedding(&[id], &[1]);
    let own_length = length(own.data());
    let mut cosines = own.apart().linear(table, None).to_vec();
    // In parts, so that a table of 8 bits need not lie in memory in another form, too.
    let ids: Vec<u32> = (0..count as u32).collect();
    for (cosines, ids) in cosines.chunks_mut(PART).zip(ids.chunks(PART)) {
        let vectors = table.embedding(ids, &[ids.len()]);
        for (cosine, vector) in cosines.iter_mut().zip(vectors.data().chunks_exact(width)) {
            let lengths = own_length * length(vector);
            *cosine = if lengths > 0.0 { *cosine / lengths } else { 0.0 };
        }
    }
    let mut found = highest(&cosines, rows + 1, name);
    found.retain(|rated| rated.id != id);
    found.truncate(rows);
    Ok(found)
}

/// # Errors
/// `bad-option` for numbers that are no whole rows, or more of them than any model has depths.
pub(super) fn check_residual(residual: &[f32], channels: usize) -> Result<()> {
    if residual.is_empty() || !residual.len().is_multiple_of(channels) {
        let numbers = residual.len();
        return bad_option(format!("{numbers} numbers are no rows of a residual stream of {channels}"));
    }
    Ok(())
}

/// The highest numbers, of equal ones the lower index first.
fn highest(values: &[f32], rows: usize, name: impl Fn(u32) -> String) -> Vec<Rated> {
    let rated = |id: u32| Rated { id, text: name(id), value: values[id as usize] };
    highest_first(values).into_iter().take(rows.min(MAX_ROWS)).map(rated).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_sorted_by_the_angle_between_vectors() {
        let table = [[1.0, 0.0], [0.0, 3.0], [5.0, 5.0], [-2.0, 0.0], [0.0, 0.0]].concat();
        let table = Tensor::from_vec(table, &[5, 2]);
        let found = neighbours(&table, 0, 9, |id| id.to_string()).unwrap();
        let shown: Vec<(u32, f32)> = found.iter().map(|rated| (rated.id, rated.value)).collect();
        assert_eq!(shown, [(2, 5.0 / (50.0f32).sqrt()), (1, 0.0), (4, 0.0), (3, -1.0)]);
        assert_eq!(neighbours(&table, 0, 1, |id| id.to_string()).unwrap().len(), 1);
        assert!(neighbours(&table, 5, 1, |id| id.to_string()).is_err());
    }

    #[test]
    fn the_likeliest_of_each_row_come_first() {
        let rows = likeliest(&[0.0, 2.0, 1.0, 7.0, 7.0, 0.0], 3, 2, |id| format!("t{id}"));
        let ids: Vec<Vec<u32>> = rows.iter().map(|row| row.iter().map(|rated| rated.id).collect()).collect();
        assert_eq!(ids, [[1, 2], [0, 1]]);
        let sum = |row: &[f32]| row.iter().map(|x| x.exp()).sum::<f32>();
        assert!((rows[0][0].value - 2.0f32.exp() / sum(&[0.0, 2.0, 1.0])).abs() < 1e-6);
        assert_eq!(rows[0][0].text, "t1");
    }
}
