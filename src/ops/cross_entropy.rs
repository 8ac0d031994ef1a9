//! The loss of a classifier over a vocabulary.

use crate::cpu::cross_entropy::{cross_entropy, cross_entropy_backward};
use crate::cpu::reduce::sum;
use crate::tensor::{Tensor, record};

/// How [`Tensor::cross_entropy`] treats its targets.
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossEntropy {
    /// Rows with this target count for nothing (padding).
    pub ignore_index: Option<u32>,
    /// Share of the probability spread evenly over the vocabulary (Szegedy et al. 2016), 0 for none.
    pub label_smoothing: f32,
}

impl Tensor {
    /// Mean over the rows of `-ln softmax(logits)[target]`, in nats: logits `(…, V)`, one target a row.
    ///
    /// # Panics
    /// If the number of targets is not the number of rows.
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
        let mut losses = vec![0.0; rows];
        let mut probs = vec![0.0; self.numel()];
        cross_entropy(self.data(), targets, cols, ignore_index, label_smoothing, &mut losses, &mut probs);
        let counted = targets.iter().filter(|&&target| Some(target) != ignore_index).count().max(1) as f32;
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
}
