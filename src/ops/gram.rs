//! How features go together, wherever they are.

use super::matmul::product;
use crate::tensor::{Tensor, record};

impl Tensor {
    /// The Gram matrix `G = F Fᵀ` of features `F (C, N)`: `(C, C)`, as Gatys et al. 2015 measure style.
    ///
    /// Its gradient is one product as well: `dF = (dG + dGᵀ) F`.
    ///
    /// # Panics
    /// If it is no matrix.
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
