//! Classification losses.

use super::concat;
use crate::cpu::cross_entropy::{cross_entropy, cross_entropy_backward};
use crate::cpu::reduce::sum;
use crate::gpu::{Gpu, View};
use crate::tensor::{Tensor, record};
use crate::wgsl;

/// How [`Tensor::cross_entropy`] treats its targets.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossEntropy {
    /// Rows with this target are ignored (padding).
    pub ignore_index: Option<u32>,
    /// Share of the probability spread evenly over the vocabulary (Szegedy et al. 2016); 0 for none.
    pub label_smoothing: f32,
}

impl Tensor {
    /// Returns the mean of `-ln softmax(logits)[target]` over the rows, in nats: logits `(…, V)`, one target
    /// per row.
    ///
    /// # Panics
    /// If the number of targets is not the number of rows, or a target that is not ignored is `V` or more.
    #[track_caller]
    pub fn cross_entropy(&self, targets: &[u32], options: CrossEntropy) -> Self {
        let CrossEntropy { ignore_index, label_smoothing } = options;
        let cols = self.cols();
        let rows = self.numel() / cols;
        assert_eq!(
            targets.len(),
            rows,
            "cross_entropy: logits {:?}, {} targets",
            self.shape(),
            targets.len()
        );
        let counted = targets.iter().filter(|&&target| Some(target) != ignore_index).count().max(1) as f32;
        if let Some(gpu) = self.gpu() {
            return self.cross_entropy_on(gpu, targets, options, counted);
        }
        let mut losses = vec![0.0; rows];
        let mut probs = vec![0.0; self.numel()];
        cross_entropy(self.data(), targets, cols, ignore_index, label_smoothing, &mut losses, &mut probs);
        let shape = self.shape_struct();
        let targets = targets.to_vec();
        let loss = Self::scalar(sum(&losses) / counted);
        let [loss] = record(&[self], [loss], move |upstream| {
            let mut dx = vec![0.0; probs.len()];
            let scale = upstream.grad().item() / counted;
            cross_entropy_backward(&probs, &targets, cols, ignore_index, label_smoothing, scale, &mut dx);
            vec![Some(Self::from_vec(dx, &shape))]
        });
        loss
    }

    /// Returns the mean of `-ln sigmoid(x)` where the target is 1 and `-ln (1 - sigmoid(x))` where it is 0,
    /// in nats; one target per logit. Computed as a two-class cross entropy whose other logit is 0, which
    /// does not overflow.
    ///
    /// # Panics
    /// If the number of targets is not the number of logits, or a target is neither 0 nor 1.
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(&self, targets: &[u32]) -> Self {
        let logits = self.reshape(&[self.numel(), 1]);
        let zeros = Self::zeros(logits.shape());
        concat(&[&zeros, &logits], 1).cross_entropy(targets, CrossEntropy::default())
    }

    /// [`Tensor::cross_entropy`] on a GPU, where the loss stays. `counted` targets are not ignored.
    #[track_caller]
    fn cross_entropy_on(&self, gpu: &Gpu, targets: &[u32], options: CrossEntropy, counted: f32) -> Self {
        let CrossEntropy { ignore_index, label_smoothing } = options;
        let (cols, shape) = (self.cols(), self.shape_struct());
        // The kernels do not check bounds.
        let known = |target: &u32| Some(*target) == ignore_index || (*target as usize) < cols;
        assert!(targets.iter().all(known), "cross_entropy: a target is not below {cols}");
        let (logits, targets) = (self.buffer(gpu), gpu.upload(targets));
        let [losses, sums] = [targets.len(), 2 * targets.len()].map(|words| gpu.empty(words));
        let [x, t, losses_out, sums_out] = [&logits, &targets, &losses, &sums].map(View::from);
        wgsl::cross_entropy::cross_entropy(x, t, cols, ignore_index, label_smoothing, losses_out, sums_out);
        let loss = Self::on_gpu(gpu, &[], |mean| wgsl::cross_entropy::mean_loss(losses_out, counted, mean));
        let gpu = gpu.clone();
        let [loss] = record(&[self], [loss], move |upstream| {
            let upstream = upstream.grad().buffer(&gpu);
            let [x, t, sums, upstream] = [&logits, &targets, &sums, &upstream].map(View::from);
            let dx = Self::on_gpu(&gpu, &shape, |dx| {
                wgsl::cross_entropy::cross_entropy_backward(
                    x,
                    t,
                    sums,
                    upstream,
                    cols,
                    ignore_index,
                    label_smoothing,
                    counted,
                    dx,
                );
            });
            vec![Some(dx)]
        });
        loss
    }
}
