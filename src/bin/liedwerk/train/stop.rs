//! Stopping when the user or the system asks for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a shell reports of a command that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Whether the training is to stop.
#[derive(Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether it was asked for.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Waits for Ctrl-C, and for the signals of a system that shuts down or of a terminal that is closed. The second ends
/// the process at once: files are replaced as wholes, so at most the steps since the last checkpoint are lost.
pub fn watch() -> anyhow::Result<Stop> {
    let stop = Stop(Arc::new(AtomicBool::new(false)));
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        if asked.0.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        // A terminal that is closed takes no more messages.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"stopping: saves a checkpoint and measures; once more ends at once\n",
        );
    })?;
    Ok(stop)
}
