//! Merges the bytes of one word with a heap, as `tokenizers` does.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Merge;

/// A part of the word. Parts form a linked list, so that a merge moves nothing.
#[derive(Clone, Copy)]
struct Part {
    id: u32,
    previous: Option<usize>,
    next: Option<usize>,
    /// False once merged into the previous part.
    alive: bool,
}

/// Merges the ids of one word until no pair can be merged: always the pair of lowest rank, the first one
/// among equals.
///
/// Each merge removes one id and pushes at most two pairs onto the heap, so n ids take O(n log n) time.
pub fn merge_word(
    ids: impl Iterator<Item = u32>,
    merge_of: impl Fn((u32, u32)) -> Option<Merge>,
) -> Vec<u32> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, id) in ids.enumerate() {
        if let Some(last) = parts.last_mut() {
            last.next = Some(at);
        }
        parts.push(Part { id, previous: at.checked_sub(1), next: None, alive: true });
    }
    // (rank, start of the pair, merged id)
    let mut queue = BinaryHeap::new();
    let push = |queue: &mut BinaryHeap<_>, parts: &[Part], at: usize| {
        let Some(next) = parts[at].next else { return };
        if let Some(merge) = merge_of((parts[at].id, parts[next].id)) {
            queue.push(Reverse((merge.rank, at, merge.id)));
        }
    };
    for at in 0..parts.len() {
        push(&mut queue, &parts, at);
    }
    while let Some(Reverse((_, at, id))) = queue.pop() {
        let Part { id: left, next: Some(next), alive: true, .. } = parts[at] else { continue };
        let right = parts[next];
        // The pair may have changed since it was pushed.
        if merge_of((left, right.id)).is_none_or(|merge| merge.id != id) {
            continue;
        }
        parts[at].id = id;
        parts[at].next = right.next;
        parts[next].alive = false;
        if let Some(after) = right.next {
            parts[after].previous = Some(at);
        }
        if let Some(previous) = parts[at].previous {
            push(&mut queue, &parts, previous);
        }
        push(&mut queue, &parts, at);
    }
    parts.iter().filter(|part| part.alive).map(|part| part.id).collect()
}
