//! Matrices in main memory as loaded from the file: 8 bits per element.

use super::{Storage, Tensor};
use crate::cpu::int8::gather_int8;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A matrix of 8-bit integers with one scale per row.
pub(super) struct Int8Rows {
    pub values: Vec<i8>,
    pub scales: Vec<f32>,
    /// The matrix as f32, computed on first use.
    unpacked: OnceLock<Arc<Vec<f32>>>,
}

impl Int8Rows {
    pub fn new(values: Vec<i8>, scales: Vec<f32>) -> Self {
        Self { values, scales, unpacked: OnceLock::new() }
    }

    /// Returns all elements as f32; rows have `columns` elements.
    pub fn unpacked(&self, columns: usize) -> &Arc<Vec<f32>> {
        self.unpacked.get_or_init(|| {
            let rows: Vec<u32> = (0..self.scales.len() as u32).collect();
            let mut numbers = vec![0.0; self.values.len()];
            gather_int8(&self.values, &self.scales, &rows, columns, &mut numbers);
            Arc::new(numbers)
        })
    }

    /// Returns the integers in range `places`, which must cover whole rows, and the scales of these rows.
    pub fn part(&self, places: Range<usize>, columns: usize) -> (&[i8], &[f32]) {
        let rows = places.start / columns.max(1)..places.end / columns.max(1);
        (&self.values[places], &self.scales[rows])
    }
}

impl Tensor {
    /// Returns the integers and row scales of a matrix stored in 8 bits in main memory.
    pub(crate) fn int8(&self) -> Option<(&[i8], &[f32])> {
        match &self.storage {
            Storage::Int8(rows) => Some(rows.part(self.range(), self.cols())),
            _ => None,
        }
    }

    /// Whether both hold the same values in main memory; two 8-bit matrices are compared without unpacking.
    pub(crate) fn same_values(&self, other: &Self) -> bool {
        match (self.int8(), other.int8()) {
            (Some(own), Some(other)) => own == other,
            _ => self.data() == other.data(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_unpacked(matrix: &Tensor) -> bool {
        matches!(&matrix.storage, Storage::Int8(rows) if rows.unpacked.get().is_some())
    }

    #[test]
    fn integers_stay_as_they_are_until_numbers_are_asked_for() {
        let matrix = Tensor::from_int8(vec![1, -2, 3, 127, 0, -127], vec![0.5, 0.125], [2, 3]);
        // Integers with a scale of 1, so that nothing is rounded.
        let x = Tensor::from_vec(vec![1.0, 10.0, 32_767.0], &[1, 3]);
        let bias = Tensor::full(&[2], 1.0);
        let product = x.linear(&matrix, Some(&bias));
        let part = x.linear(&matrix.narrow(0, 1, 1), None);
        let row = matrix.embedding(&[1], &[1]);
        assert!(!is_unpacked(&matrix));
        assert_eq!(matrix.to_vec(), [0.5, -1.0, 1.5, 15.875, 0.0, -15.875]);
        assert!(is_unpacked(&matrix));
        let plain = Tensor::from_vec(matrix.to_vec(), &[2, 3]);
        assert_eq!(product.data(), x.linear(&plain, Some(&bias)).data());
        assert_eq!(part.data(), x.linear(&plain.narrow(0, 1, 1), None).data());
        assert_eq!(row.data(), matrix.narrow(0, 1, 1).data());
        assert!(matrix.same_values(&plain) && matrix.same_values(&matrix.clone()));
        let mut changed = matrix.clone();
        changed.data_mut()[0] = 0.0;
        assert!(changed.int8().is_none() && matrix.int8().is_some() && !changed.same_values(&matrix));
    }

    #[test]
    fn parts_share_memory_until_they_change() {
        let whole = Tensor::from_vec((0..12).map(|i| i as f32).collect(), &[4, 3]);
        let mut part = whole.narrow(0, 1, 2);
        assert_eq!(part.data().as_ptr(), whole.data()[3..].as_ptr());
        part.data_mut()[0] = 9.0;
        assert_eq!((part.data(), whole.data()[3]), (&[9.0, 4.0, 5.0, 6.0, 7.0, 8.0][..], 3.0));
    }
}
