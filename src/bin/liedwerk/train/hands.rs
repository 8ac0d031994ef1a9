//! Threads that compute shares for a training, like the page's workers.

use liedwerk::Error;
use liedwerk::train::Metrics;
use liedwerk::workshop::Workshop;
use pollster::block_on;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;

/// A share to compute of the step that follows this state.
type Order = (Arc<[u8]>, usize);

/// The worker threads in addition to the one that owns the run.
pub struct Hands(Vec<Hand>);

/// A worker thread: the shares requested from it, and its results in the same order.
struct Hand {
    orders: Sender<Order>,
    computed: Receiver<Result<Vec<u8>, Error>>,
}

impl Hands {
    /// Starts the threads, each with a training of its own; they end when this is dropped.
    pub fn new<'scope, F>(scope: &'scope Scope<'scope, '_>, workers: u16, begin: &'scope F) -> Self
    where
        F: Fn() -> anyhow::Result<(Workshop, f64)> + Sync,
    {
        let hand = || {
            let ((orders, ordered), (answer, computed)) = (channel::<Order>(), channel());
            scope.spawn(move || {
                // Any error in the texts has been reported by the run itself.
                let Ok((mut workshop, _)) = begin() else { return };
                for (state, share) in ordered {
                    if answer.send(workshop.compute_share(&state, share)).is_err() {
                        return;
                    }
                }
            });
            Hand { orders, computed }
        };
        Self((1..workers).map(|_| hand()).collect())
    }

    /// Performs one step of the run, which itself computes the shares of any thread that has ended.
    pub fn step(&mut self, workshop: &mut Workshop) -> Result<Metrics, Error> {
        let shares = workshop.shares();
        if shares > 1 && !self.0.is_empty() {
            let state: Arc<[u8]> = workshop.state().into();
            let workers = self.0.len() + 1;
            let others = || (0..shares).filter(|share| share % workers != 0);
            let hand = |share: usize| &self.0[share % workers - 1];
            for share in others() {
                // A thread that has ended does not answer later either.
                let _ = hand(share).orders.send((state.clone(), share));
            }
            for share in (0..shares).step_by(workers) {
                let own = workshop.compute_share(&state, share)?;
                workshop.take_share(share, &own)?;
            }
            for share in others() {
                if let Ok(computed) = hand(share).computed.recv() {
                    workshop.take_share(share, &computed?)?;
                }
            }
        }
        block_on(workshop.step())
    }
}
