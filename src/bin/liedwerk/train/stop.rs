//! Handles requests to stop from the user or the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit status that shells report for a command ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Whether the training should stop.
#[derive(Clone)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether stopping was requested.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Handles Ctrl-C and the signals of a system shutdown or a closed terminal. A second signal ends the process
/// at once: files are replaced atomically, so at most the steps since the last checkpoint are lost.
pub fn watch() -> anyhow::Result<Stop> {
    let stop = Stop(Arc::new(AtomicBool::new(false)));
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        if asked.0.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        // A closed terminal accepts no more messages.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"stopping: saves a checkpoint and measures; once more ends at once\n",
        );
    })?;
    Ok(stop)
}
