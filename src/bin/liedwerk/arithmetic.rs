//! `--arithmetic`: the choice between equal bits everywhere and speed.

use clap::ValueEnum;
use liedwerk::cpu::{Arithmetic, set_arithmetic};

/// How the processor computes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArithmeticArg {
    /// One thread, the same bits on every machine and in the browser.
    Portable,
    /// All cores and fused multiply-add.
    Fast,
}

impl ArithmeticArg {
    /// Puts the choice in force for the process.
    pub fn apply(self) {
        set_arithmetic(match self {
            Self::Portable => Arithmetic::Portable,
            Self::Fast => Arithmetic::Fast,
        });
    }
}
