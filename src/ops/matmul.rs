//! Matrix products: batched [`Tensor::matmul`] and the layer form [`Tensor::linear`].

use super::device::computed;
use crate::cpu::matmul::{Matmul, matmul};
use crate::cpu::reduce::sum_rows;
use crate::gpu::View;
use crate::tensor::{Tensor, record};
use crate::wgsl::{self, matmul::Activation};

/// Computes `op(a) op(b)` for a batch of matrices; an operand of rank 2 is used for every matrix of the
/// other.
pub(super) fn product(a: &Tensor, b: &Tensor, trans_a: bool, trans_b: bool) -> Tensor {
    let (ra, ca, batch_a) = matrices(a);
    let (rb, cb, batch_b) = matrices(b);
    let (m, k) = if trans_a { (ca, ra) } else { (ra, ca) };
    let (inner, n) = if trans_b { (cb, rb) } else { (rb, cb) };
    assert_eq!(k, inner, "matmul: {:?} and {:?} differ in the inner dimension", a.shape(), b.shape());
    let batch = batch_a.max(batch_b);
    let spec = Matmul { m, k, n, trans_a, trans_b, accumulate: false };
    let outer = if a.shape().len() >= b.shape().len() { a.shape() } else { b.shape() };
    let mut shape = outer.to_vec();
    let rank = shape.len();
    shape[rank - 2..].copy_from_slice(&[m, n]);
    let Some(gpu) = Tensor::gpu_of(&[a, b]) else {
        let mut values = vec![0.0; batch * m * n];
        for index in 0..batch {
            let x = &a.data()[if batch_a == 1 { 0 } else { index * ra * ca }..][..ra * ca];
            let y = &b.data()[if batch_b == 1 { 0 } else { index * rb * cb }..][..rb * cb];
            matmul(spec, x, y, &mut values[index * m * n..][..m * n]);
        }
        return Tensor::from_vec(values, &shape);
    };
    Tensor::on_gpu(&gpu, &shape, |y| {
        let (a, b) = (a.buffer(&gpu), b.buffer(&gpu));
        // If the batch shares B, its rows can be treated as rows of one product.
        let as_one = batch_b == 1 && !trans_a;
        let (m, batch) = if as_one { (batch * m, 1) } else { (m, batch) };
        wgsl::matmul::batched(Matmul { m, ..spec }, batch, (&a).into(), (&b).into(), y);
    })
}

/// Rows, columns and number of matrices.
fn matrices(x: &Tensor) -> (usize, usize, usize) {
    let (outer, matrix) = x.shape().split_at(x.shape().len() - 2);
    (matrix[0], matrix[1], outer.iter().product())
}

/// Sums a gradient over the batch if the operand was shared by it.
fn sum_batch(grad: Tensor, like: &Tensor) -> Tensor {
    if grad.shape() == like.shape() {
        return grad;
    }
    let cols = like.numel();
    computed(
        [&grad],
        like.shape(),
        |[grad], sum| sum_rows(grad, cols, sum),
        |[grad], sum| wgsl::reduce::sum_rows(grad, cols, sum),
    )
}

/// The gradient of B in `A B`: `Aᵀ dy`, summed over the batch if the batch shared B.
fn gradient_of_b(a: &Tensor, b: &Tensor, dy: &Tensor) -> Tensor {
    if dy.gpu().is_some() && b.shape().len() == 2 && a.shape().len() > 2 {
        // Flattened, the batch is part of the inner dimension, so the product sums over it.
        let flat = |x: &Tensor| x.with_shape(&[x.numel() / x.cols().max(1), x.cols()]);
        return product(&flat(a), &flat(dy), true, false);
    }
    sum_batch(product(a, dy, true, false), b)
}

/// Computes `x Wᵀ + bias` for `x (…, I)` and `weight (O, I)`; the result is `(…, O)`.
fn layer(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, shape: &[usize]) -> Tensor {
    let (n, k) = (weight.dim(0), weight.dim(1));
    let m = x.numel() / k.max(1);
    let operands: Vec<&Tensor> = [x, weight].into_iter().chain(bias).collect();
    let Some(gpu) = Tensor::gpu_of(&operands) else {
        let mut values = match bias {
            Some(bias) => bias.data().repeat(m),
            None => vec![0.0; m * n],
        };
        weight.matrix(x).multiply(x.data(), &mut values, k, bias.is_some());
        return Tensor::from_vec(values, shape);
    };
    Tensor::on_gpu(&gpu, shape, |y| {
        let (x, weight) = (x.buffer(&gpu), weight.weights(&gpu));
        let bias = bias.map(|bias| bias.buffer(&gpu));
        let bias = bias.as_ref().map(View::from);
        wgsl::matmul::linear((&x).into(), weight.view(), bias, y, [n, k], Activation::None, false);
    })
}

impl Tensor {
    /// Matrix product `(…, M, K) · (…, K, N) -> (…, M, N)`.
    ///
    /// # Panics
    /// If the leading dimensions differ, unless one operand has rank 2.
    #[track_caller]
    pub fn matmul(&self, other: &Self) -> Self {
        let (sa, sb) = (self.shape(), other.shape());
        let same_batch = sa.len() == sb.len() && sa[..sa.len() - 2] == sb[..sb.len() - 2];
        assert!(
            sa.len() >= 2 && sb.len() >= 2 && (same_batch || sa.len() == 2 || sb.len() == 2),
            "matmul: shapes {sa:?} and {sb:?}"
        );
        let (a, b) = (self.detach(), other.detach());
        let [y] = record(&[self, other], [product(self, other, false, false)], move |upstream| {
            let dy = upstream.grad();
            vec![
                upstream.when(0, || sum_batch(product(dy, &b, false, true), &a)),
                upstream.when(1, || gradient_of_b(&a, &b, dy)),
            ]
        });
        y
    }

    /// Computes `x Wᵀ + bias`: `(…, I)` with `weight (O, I)` and `bias (O)` gives `(…, O)`, like
    /// `torch.nn.Linear`.
    #[track_caller]
    pub fn linear(&self, weight: &Self, bias: Option<&Self>) -> Self {
        let (outputs, inputs) = (weight.dim(0), weight.dim(1));
        let rows = self.numel() / inputs.max(1);
        assert_eq!(self.cols(), inputs, "linear: input {:?}, weight {:?}", self.shape(), weight.shape());
        let mut shape = self.shape().to_vec();
        *shape.last_mut().expect("linear needs at least rank 1") = outputs;
        let y = layer(self, weight, bias, &shape);
        let (x, w) = (self.detach(), weight.detach());
        let backward = move |dy: &Self, needs: [bool; 3]| {
            let dy2 = dy.with_shape(&[rows, outputs]);
            let x2 = x.with_shape(&[rows, inputs]);
            let dx = needs[0].then(|| product(&dy2, &w, false, false).with_shape(x.shape()));
            let dw = needs[1].then(|| product(&dy2, &x2, true, false));
            let db = needs[2].then(|| sum_batch(dy2.clone(), &Self::zeros(&[outputs])));
            [dx, dw, db]
        };
        let [y] = match bias {
            Some(bias) => record(&[self, weight, bias], [y], move |upstream| {
                backward(upstream.grad(), [0, 1, 2].map(|i| upstream.needs(i))).into()
            }),
            None => record(&[self, weight], [y], move |upstream| {
                let [dx, dw, _] = backward(upstream.grad(), [upstream.needs(0), upstream.needs(1), false]);
                vec![dx, dw]
            }),
        };
        y
    }
}
