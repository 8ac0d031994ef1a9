//! Layer normalisation (Ba, Kiros and Hinton 2016).

use crate::cpu::layer_norm::{layer_norm, layer_norm_backward};
use crate::tensor::{Tensor, record};

impl Tensor {
    /// `(x - mean) / sqrt(var + eps) · weight + bias` over the last dimension; `weight` and `bias` are `(C)`.
    #[track_caller]
    pub fn layer_norm(&self, weight: &Self, bias: &Self, eps: f32) -> Self {
        let cols = self.cols();
        assert!(
            weight.numel() == cols && bias.numel() == cols,
            "layer_norm: input {:?}, weight {:?}, bias {:?}",
            self.shape(),
            weight.shape(),
            bias.shape()
        );
        let rows = self.numel() / cols;
        let (mut values, mut mean, mut rstd) = (vec![0.0; self.numel()], vec![0.0; rows], vec![0.0; rows]);
        layer_norm(self.data(), weight.data(), bias.data(), eps, &mut values, &mut mean, &mut rstd, cols);
        let y = Self::from_vec(values, self.shape());
        let (x, w) = (self.detach(), weight.detach());
        let [y] = record(&[self, weight, bias], [y], move |upstream| {
            let (mut dx, mut dw, mut db) = (vec![0.0; x.numel()], vec![0.0; cols], vec![0.0; cols]);
            let dy = upstream.grad().data();
            layer_norm_backward(x.data(), w.data(), &mean, &rstd, dy, &mut dx, &mut dw, &mut db, cols);
            let dx = Self::from_vec(dx, x.shape());
            vec![Some(dx), Some(Self::from_vec(dw, &[cols])), Some(Self::from_vec(db, &[cols]))]
        });
        y
    }
}
