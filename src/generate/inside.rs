//! Questions about the inside of a model: its activations at each token, the logit lens, and the nearest
//! neighbours of a token.

use super::sampling::bad_option;
use crate::cpu::softmax::softmax;
use crate::error::Result;
use crate::models::{FrameShape, Inside, Recording};
use crate::order::highest_first;
use crate::tensor::Tensor;

/// Maximum number of rows per request.
pub const MAX_ROWS: usize = 100;
/// Number of token vectors processed at once.
const PART: usize = 256;
/// Maximum number of positions per request.
pub const MAX_POSITIONS: usize = 4096;

/// What a model recorded while it read some tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The tokens read: id and printable text.
    pub tokens: Vec<(u32, String)>,
    /// One frame per token.
    pub frames: Recording,
    /// Sizes of a frame.
    pub shape: FrameShape,
}

/// What a translator recorded while it read a sentence and wrote its translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslationInside {
    /// The source sentence.
    pub source: Recorded,
    /// `<start>` and all tokens of the translation but the last.
    pub target: Recorded,
}

/// A token with a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// Token id.
    pub id: u32,
    /// Printable text.
    pub text: String,
    /// A probability or a cosine similarity.
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

/// Returns the likeliest tokens for each row of logits.
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

/// Returns the tokens whose vectors have the highest cosine similarity with that of `id`, excluding `id`
/// itself.
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
    // In parts, so that an 8-bit table need not be unpacked as a whole.
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
/// `bad-option` if the numbers do not form whole rows.
pub(super) fn check_residual(residual: &[f32], channels: usize) -> Result<()> {
    if residual.is_empty() || !residual.len().is_multiple_of(channels) {
        let numbers = residual.len();
        return bad_option(format!("{numbers} numbers are no rows of a residual stream of {channels}"));
    }
    Ok(())
}

/// The highest values; ties go to the lower index.
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
