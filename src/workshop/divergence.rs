//! Detects divergence while the loss is still finite.

/// Number of recent losses that are averaged, since one bad batch does not mean divergence.
const RECENT: usize = 5;
/// The run has diverged if the mean exceeds the loss of guessing, and that of the first step, by this factor.
const TOO_MUCH: f32 = 1.5;
/// A state whose mean loss is this many nats above the best one is not worth going back to.
const DOUBTFUL: f32 = 0.5;

/// Monitors the losses of the latest steps.
#[derive(Clone, Debug)]
pub struct DivergenceMonitor {
    recent: Vec<f32>,
    limit: f32,
    best: f32,
}

impl DivergenceMonitor {
    /// For a model with this vocabulary size.
    pub fn new(vocab_size: usize) -> Self {
        Self { recent: Vec::new(), limit: (vocab_size as f32).ln() * TOO_MUCH, best: f32::INFINITY }
    }

    /// Records the loss of a step; returns whether the run has diverged.
    pub fn diverges(&mut self, loss: f32) -> bool {
        if self.best.is_infinite() {
            self.limit = self.limit.max(loss * TOO_MUCH);
            self.best = loss;
        }
        self.recent.push(loss);
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
        if self.recent.len() == RECENT {
            self.best = self.best.min(self.mean());
        }
        self.recent.len() == RECENT && self.mean() > self.limit
    }

    /// Whether the current state is worth going back to.
    pub fn is_well(&self) -> bool {
        self.recent.is_empty() || self.mean() < self.best + DOUBTFUL
    }

    fn mean(&self) -> f32 {
        self.recent.iter().sum::<f32>() / self.recent.len() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_is_no_divergence() {
        let mut monitor = DivergenceMonitor::new(60);
        for step in 0..200 {
            let noise = if step % 7 == 0 { 1.0 } else { 0.0 };
            assert!(!monitor.diverges(4.1 * 0.99_f32.powi(step) + noise), "{step}");
            assert!(monitor.is_well());
        }
    }

    #[test]
    fn a_loss_above_guessing_is_noticed_after_a_few_steps() {
        let mut monitor = DivergenceMonitor::new(60);
        assert!(!monitor.diverges(4.1));
        let steps = (0..10).take_while(|_| !monitor.diverges(30.0)).count();
        assert!(steps < RECENT, "{steps}");
        assert!(!monitor.is_well());
    }
}
