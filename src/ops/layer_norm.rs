//! Layer normalisation (Ba, Kiros and Hinton 2016).

use crate::cpu::layer_norm::{layer_norm, layer_norm_backward};
use crate::gpu::{Gpu, View};
use crate::tensor::{Tensor, record};
use crate::wgsl;

impl Tensor {
    /// Computes `(x - mean) / sqrt(var + eps) · weight + bias` over the last dimension; `weight` and `bias`
    /// are `(C)`.
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
        if let Some(gpu) = Self::gpu_of(&[self, weight, bias]) {
            return self.layer_norm_on(&gpu, weight, bias, eps);
        }
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

    fn layer_norm_on(&self, gpu: &Gpu, weight: &Self, bias: &Self, eps: f32) -> Self {
        let (cols, shape) = (self.cols(), self.shape_struct());
        let rows = self.numel() / cols;
        let [x, w, b] = [self, weight, bias].map(|x| x.buffer(gpu));
        let [y, mean, rstd] = [self.numel(), rows, rows].map(|words| gpu.empty(words));
        let [x_in, w_in, b_in, y_out, mean_out, rstd_out] = [&x, &w, &b, &y, &mean, &rstd].map(View::from);
        wgsl::layer_norm::layer_norm(x_in, w_in, b_in, eps, y_out, mean_out, rstd_out, cols);
        let (y, gpu) = (Self::from_buffer(y, &shape), gpu.clone());
        let [y] = record(&[self, weight, bias], [y], move |upstream| {
            let dy = upstream.grad().buffer(&gpu);
            let [dx, dw, db] = [x.len(), cols, cols].map(|words| gpu.empty(words));
            let [x, w, mean, rstd, dy] = [&x, &w, &mean, &rstd, &dy].map(View::from);
            let [dx_out, dw_out, db_out] = [&dx, &dw, &db].map(View::from);
            wgsl::layer_norm::layer_norm_backward(x, w, mean, rstd, dy, dx_out, dw_out, db_out, cols);
            let dx = Self::from_buffer(dx, &shape);
            vec![Some(dx), Some(Self::from_buffer(dw, &[cols])), Some(Self::from_buffer(db, &[cols]))]
        });
        y
    }
}
