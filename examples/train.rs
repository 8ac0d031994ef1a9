//! Trains a small character LSTM on eleven songs for 100 steps, then lets it write:
//! `cargo run --release --example train`.

use liedwerk::workshop::{Kind, Plan, PlannedData, Size, Workshop, inspect};
use pollster::block_on;

fn main() -> anyhow::Result<()> {
    let songs = std::fs::read_to_string("www/places/train/texts/verse-en.txt")?;
    let facts = inspect(&songs, Kind::CharLstm, &PlannedData::default(), 1)?;
    let mut plan = Plan::preset(Kind::CharLstm, Size::Small, &facts);
    plan.spread_over(100);
    let mut workshop = Workshop::new(plan, &songs, None)?;
    while !workshop.is_done() {
        let metrics = block_on(workshop.step())?;
        if workshop.steps_done() % 10 == 0 {
            println!("step {}: {:.3} nats a character", workshop.steps_done(), metrics.loss);
        }
    }
    let mut sample = block_on(workshop.sample(1, 200))?;
    // In small slices, like a page that has to stay responsive.
    while !sample.go_on(50)? {}
    println!("{}", workshop.finish_sample(sample).text);
    Ok(())
}
