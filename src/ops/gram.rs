//! The Gram matrix: correlations of features, regardless of position.

use super::matmul::product;
use crate::tensor::{Tensor, record};

impl Tensor {
    /// Returns the Gram matrix `G = F Fᵀ`, `(C, C)`, of features `F (C, N)`, with which Gatys et al. (2015)
    /// measure style.
    ///
    /// The backward pass is also a single product: `dF = (dG + dGᵀ) F`.
    ///
    /// # Panics
    /// If this tensor is not a matrix.
    #[track_caller]
    pub fn gram(&self) -> Self {
        assert_eq!(self.shape().len(), 2, "gram: features {:?}", self.shape());
        let features = self.detach();
        let [y] = record(&[self], [product(self, self, false, true)], move |upstream| {
            let dy = upstream.grad();
            vec![Some(product(&dy.add(&dy.transpose(0, 1)), &features, false, false))]
        });
        y
    }
}
