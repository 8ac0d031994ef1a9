//! Threads that lend a training their hands, as workers do in the page.

use liedwerk::Error;
use liedwerk::train::Metrics;
use liedwerk::workshop::Workshop;
use pollster::block_on;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;

/// A share to compute: of the step that follows this state.
type Order = (Arc<[u8]>, usize);

/// The threads beside the one that the run belongs to.
pub struct Hands {
    others: Vec<Sender<Order>>,
    computed: Receiver<(usize, Result<Vec<u8>, Error>)>,
}

impl Hands {
    /// Begins threads, each with a training of its own; they end when this is dropped.
    pub fn new<'scope, F>(scope: &'scope Scope<'scope, '_>, workers: u16, begin: &'scope F) -> Self
    where
        F: Fn() -> anyhow::Result<(Workshop, f64)> + Sync,
    {
        let (answer, computed) = channel();
        let other = || {
            let ((order, orders), answer) = (channel::<Order>(), answer.clone());
            scope.spawn(move || {
                // What is wrong with the texts, the run itself has said.
                let Ok((mut workshop, _)) = begin() else { return };
                for (state, share) in orders {
                    if answer.send((share, workshop.compute_share(&state, share))).is_err() {
                        return;
                    }
                }
            });
            order
        };
        Self { others: (1..workers).map(|_| other()).collect(), computed }
    }

    /// One step of the run.
    pub fn step(&mut self, workshop: &mut Workshop) -> Result<Metrics, Error> {
        let shares = workshop.shares();
        if shares > 1 && !self.others.is_empty() {
            let state: Arc<[u8]> = workshop.state().into();
            let workers = self.others.len() + 1;
            let orders = (0..shares)
                .filter(|share| share % workers != 0)
                .filter(|share| self.others[share % workers - 1].send((state.clone(), *share)).is_ok());
            let ordered = orders.count();
            for share in (0..shares).step_by(workers) {
                let own = workshop.compute_share(&state, share)?;
                workshop.take_share(share, &own)?;
            }
            for (share, computed) in self.computed.iter().take(ordered) {
                workshop.take_share(share, &computed?)?;
            }
        }
        block_on(workshop.step())
    }
}
