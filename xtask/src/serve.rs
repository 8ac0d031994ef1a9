//! `cargo xtask serve`: serves the page on this machine.

use crate::bundle;
use crate::cargo::root;
use crate::server::Server;
use anyhow::Result;

/// Builds the page, prints its address on one line and serves it until interrupted.
pub fn run(port: u16) -> Result<()> {
    bundle::run()?;
    let server = Server::start(&root().join("www"), port)?;
    println!("liedwerk is at {}", server.url());
    server.join();
    Ok(())
}
