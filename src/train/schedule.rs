//! Learning rate schedule.

/// Linear warmup, constant rate, linear decay to zero.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// The rate between warmup and decay.
    pub lr: f32,
    /// Number of warmup steps.
    pub warmup_steps: u64,
    /// Number of decay steps.
    pub decay_steps: u64,
    /// Total number of steps.
    pub steps: u64,
}

impl Schedule {
    /// The rate for this step, counted from 0.
    pub fn at(&self, step: u64) -> f32 {
        let rise = (step + 1) as f32 / self.warmup_steps.max(1) as f32;
        let fall = self.steps.saturating_sub(step) as f32 / self.decay_steps.max(1) as f32;
        self.lr * rise.min(fall).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_stays_and_falls() {
        let schedule = Schedule { lr: 2.0, warmup_steps: 4, decay_steps: 5, steps: 20 };
        assert_eq!(schedule.at(0), 0.5);
        assert_eq!(schedule.at(3), 2.0);
        assert_eq!(schedule.at(15), 2.0);
        assert_eq!(schedule.at(19), 2.0 / 5.0);
        assert_eq!(schedule.at(20), 0.0);
    }
}
