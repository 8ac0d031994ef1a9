//! `--arithmetic`: identical bits everywhere, or speed.

use clap::ValueEnum;
use liedwerk::cpu::{Arithmetic, set_arithmetic};

/// Arithmetic on the CPU.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArithmeticArg {
    /// One thread, with the same bits on every machine and in the browser.
    Portable,
    /// All cores and fused multiply-add.
    Fast,
}

impl ArithmeticArg {
    /// Sets the arithmetic for the whole process.
    pub fn apply(self) {
        set_arithmetic(match self {
            Self::Portable => Arithmetic::Portable,
            Self::Fast => Arithmetic::Fast,
        });
    }
}
