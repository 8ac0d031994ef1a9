//! Merging the bytes of one word, by the heap that `tokenizers` uses too.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Merge;

/// A part of the word. Parts are linked, so that a merge moves nothing.
#[derive(Clone, Copy)]
struct Part {
    id: u32,
    previous: Option<usize>,
    next: Option<usize>,
    /// False once merged into the part before it.
    alive: bool,
}

/// Merges the ids of one word as far as they go: always the pair of lowest rank, of equal ones the first.
///
/// Each merge takes one id away and puts at most two pairs on the heap, so n ids take O(n log n) steps.
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
    // (rank, where the pair begins, what it becomes)
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
        // The pair may have changed since it was put on the heap.
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
