//! Group normalisation (Wu and He 2018).

use crate::tensor::Tensor;

impl Tensor {
    /// Computes `(x - mean) / sqrt(var + eps)` over each of `groups` groups of an image's channels, then
    /// applies `weight` and `bias` per channel: `(N, C, H, W)` with `weight` and `bias` `(C)`, like
    /// `torch.nn.GroupNorm`.
    ///
    /// # Panics
    /// If `groups` does not divide the number of channels.
    #[track_caller]
    pub fn group_norm(&self, groups: usize, weight: &Self, bias: &Self, eps: f32) -> Self {
        let (images, channels) = (self.dim(0), self.dim(1));
        assert!(
            self.shape().len() == 4 && groups > 0 && channels.is_multiple_of(groups),
            "group_norm: {groups} groups of {:?}",
            self.shape()
        );
        let per_group = self.numel() / (images * groups).max(1);
        // Each group is one row of a layer norm without affine parameters; those are per channel and follow
        // it.
        let [ones, zeros] = [1.0, 0.0].map(|value| Self::full(&[per_group], value));
        let rows = self.reshape(&[images * groups, per_group]).layer_norm(&ones, &zeros, eps);
        let [weight, bias] = [weight, bias].map(|parameter| parameter.reshape(&[channels, 1, 1]));
        rows.reshape(self.shape()).mul(&weight).add(&bias)
    }
}
