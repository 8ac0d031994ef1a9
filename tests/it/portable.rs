//! The native half of "the same bits everywhere"; `tests/wasm` checks the same constants in a browser.
//!
//! After a deliberate change of the arithmetic, write the numbers that fail here into
//! `tests/wasm/expected.rs`; the browser tests then prove that both sides changed in the same way.

use crate::expected;

#[test]
fn kernels_have_the_expected_bits() {
    assert_eq!(
        liedwerk::cpu::portable_fingerprint(),
        expected::FINGERPRINT,
        "0x{:016x}",
        liedwerk::cpu::portable_fingerprint()
    );
}

#[test]
fn letters_and_marks_are_the_expected_ones() {
    assert_eq!(expected::respelled(), expected::RESPELLED, "{:#018x}", expected::respelled());
}

#[test]
fn a_seed_gives_the_expected_song() {
    assert_eq!(expected::song(), expected::SONG);
}

#[test]
fn translations_have_the_expected_bits() {
    let found = [expected::TRANSFORMER, expected::SEQ2SEQ].map(expected::translation);
    assert_eq!(found, expected::TRANSLATIONS, "{found:#018x?}");
}

#[test]
fn gpt_has_the_expected_bits() {
    assert_eq!(expected::gpt(), expected::GPT, "{:#018x}", expected::gpt());
}

#[test]
fn sampling_has_the_expected_bits() {
    assert_eq!(expected::continuation(), expected::CONTINUATION, "{:#018x}", expected::continuation());
}

#[test]
fn long_backpropagation_has_the_expected_losses() {
    let losses = expected::long_training();
    assert_eq!(losses.map(f32::to_bits), expected::LOSSES.map(f32::to_bits), "{losses:?}");
}

#[test]
fn a_planned_training_has_the_expected_bits() {
    let found = expected::planned_training();
    assert_eq!(found, expected::PLANNED, "{found:#018x?}");
}
