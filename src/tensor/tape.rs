//! Reverse-mode differentiation on a flat list of nodes.
//!
//! Every op on a tracked tensor appends a node: the ids of its inputs and outputs, and a closure that turns
//! the gradients of the outputs into those of the inputs. [`Tape::backward`] walks the list once from its end
//! and frees each node as it goes. Neither the walk nor the drop recurses: the chains of backpropagation
//! through time are longer than wasm's stack is deep.

use super::Tensor;
use crate::cpu::elementwise::add_assign;
use crate::wgsl;
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// A value's position on a tape. The reference is weak: closures on the tape hold tensors, so a strong one
/// would be a cycle and leak the tape.
#[derive(Clone)]
pub(super) struct Slot {
    tape: Weak<RefCell<Nodes>>,
    id: usize,
}

type Backward = Box<dyn FnOnce(&Upstream<'_>) -> Vec<Option<Tensor>>>;

struct Node {
    inputs: Vec<Option<usize>>,
    outputs: std::ops::Range<usize>,
    backward: Backward,
}

#[derive(Default)]
struct Nodes {
    nodes: Vec<Node>,
    slots: usize,
}

/// Records one forward pass for differentiation.
///
/// ```
/// use liedwerk::tensor::{Tape, Tensor};
/// let tape = Tape::new();
/// let x = tape.watch(&Tensor::scalar(3.0));
/// let y = x.mul(&x);
/// let grads = tape.backward(&y);
/// assert_eq!(grads.get(&x).unwrap().item(), 6.0);
/// ```
#[derive(Default)]
pub struct Tape {
    nodes: Rc<RefCell<Nodes>>,
}

impl Tape {
    /// Creates an empty tape.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a tracked copy of `tensor`, in f32: a leaf for which [`Tape::backward`] computes a gradient.
    pub fn watch(&self, tensor: &Tensor) -> Tensor {
        let mut nodes = self.nodes.borrow_mut();
        nodes.slots += 1;
        Tensor {
            slot: Some(Slot { tape: Rc::downgrade(&self.nodes), id: nodes.slots - 1 }),
            apart: false,
            ..tensor.unpacked()
        }
    }

    /// Returns the number of recorded ops.
    pub fn len(&self) -> usize {
        self.nodes.borrow().nodes.len()
    }

    /// Whether nothing has been recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the gradients of `loss` (one element) with respect to every leaf. The tape is empty
    /// afterwards.
    ///
    /// # Panics
    /// If `loss` has more than one element or was not computed from a leaf of this tape.
    #[track_caller]
    pub fn backward(&self, loss: &Tensor) -> Grads {
        assert_eq!(loss.numel(), 1, "backward: the loss has shape {:?}", loss.shape());
        let slot = loss.slot.as_ref().expect("backward: the loss does not depend on a watched tensor");
        assert!(std::ptr::eq(slot.tape.as_ptr(), Rc::as_ptr(&self.nodes)), "backward: another tape's loss");
        let Nodes { nodes, slots } = std::mem::take(&mut *self.nodes.borrow_mut());
        let mut grads = Grads { by_slot: vec![None; slots] };
        grads.by_slot[slot.id] = Some(Tensor::full(loss.shape(), 1.0).to(&loss.device()));
        for node in nodes.into_iter().rev() {
            let outputs: Vec<_> = node.outputs.map(|id| grads.by_slot[id].take()).collect();
            if outputs.iter().all(Option::is_none) {
                continue;
            }
            let upstream = Upstream { outputs: &outputs, inputs: &node.inputs };
            let inputs = (node.backward)(&upstream);
            assert_eq!(
                inputs.len(),
                node.inputs.len(),
                "an op returned gradients for other inputs than it took"
            );
            for (id, grad) in node.inputs.iter().zip(inputs) {
                if let (Some(id), Some(grad)) = (id, grad) {
                    grads.add(*id, grad);
                }
            }
        }
        grads
    }
}

/// The argument of an op's backward closure.
pub(crate) struct Upstream<'a> {
    outputs: &'a [Option<Tensor>],
    inputs: &'a [Option<usize>],
}

impl Upstream<'_> {
    /// Gradient of the op's only output.
    pub fn grad(&self) -> &Tensor {
        self.outputs[0].as_ref().expect("an op runs backward only when its output has a gradient")
    }

    /// Gradient of output `index`, or `None` if nothing depends on that output.
    pub fn grad_of(&self, index: usize) -> Option<&Tensor> {
        self.outputs[index].as_ref()
    }

    /// Whether the gradient of input `index` is needed.
    pub fn needs(&self, index: usize) -> bool {
        self.inputs[index].is_some()
    }

    /// Calls `compute` for the gradient of input `index` only if it is needed.
    pub fn when(&self, index: usize, compute: impl FnOnce() -> Tensor) -> Option<Tensor> {
        self.needs(index).then(compute)
    }
}

/// Whether ops are recorded at all. The page's lean module never trains, so the compiler can drop every
/// backward pass there.
const TRACKS: bool = cfg!(any(not(target_arch = "wasm32"), feature = "train"));

/// Whether one of `inputs` is tracked, so that an op on them will have to run backward.
pub(crate) fn is_tracked(inputs: &[&Tensor]) -> bool {
    TRACKS && inputs.iter().any(|input| input.slot.as_ref().is_some_and(|slot| slot.tape.strong_count() > 0))
}

/// Records an op on the tape of its inputs, if one of them is tracked.
///
/// `backward` must return one entry per input, in order, and must capture only *detached* tensors.
#[track_caller]
pub(crate) fn record<const N: usize>(
    inputs: &[&Tensor],
    mut outputs: [Tensor; N],
    backward: impl FnOnce(&Upstream<'_>) -> Vec<Option<Tensor>> + 'static,
) -> [Tensor; N] {
    if inputs.iter().any(|input| input.is_apart()) {
        outputs.iter_mut().for_each(|output| output.apart = true);
    }
    if !is_tracked(inputs) {
        return outputs;
    }
    let mut tape: Option<Rc<RefCell<Nodes>>> = None;
    let ids = inputs
        .iter()
        .map(|input| {
            let slot = input.slot.as_ref()?;
            let own = slot.tape.upgrade()?;
            assert!(
                tape.as_ref().is_none_or(|tape| Rc::ptr_eq(tape, &own)),
                "operands of two different tapes"
            );
            tape = Some(own);
            Some(slot.id)
        })
        .collect();
    if let Some(tape) = tape {
        let mut nodes = tape.borrow_mut();
        let first = nodes.slots;
        nodes.slots += N;
        for (index, output) in outputs.iter_mut().enumerate() {
            output.slot = Some(Slot { tape: Rc::downgrade(&tape), id: first + index });
        }
        nodes.nodes.push(Node { inputs: ids, outputs: first..first + N, backward: Box::new(backward) });
    }
    outputs
}

/// The gradients computed by [`Tape::backward`].
pub struct Grads {
    by_slot: Vec<Option<Tensor>>,
}

impl Grads {
    /// Returns the gradient of a watched tensor; `None` if the loss does not depend on it.
    pub fn get(&self, leaf: &Tensor) -> Option<&Tensor> {
        self.by_slot[leaf.slot.as_ref()?.id].as_ref()
    }

    /// Like [`Grads::get`], but moves the gradient out.
    pub fn take(&mut self, leaf: &Tensor) -> Option<Tensor> {
        self.by_slot[leaf.slot.as_ref()?.id].take()
    }

    fn add(&mut self, id: usize, grad: Tensor) {
        match &mut self.by_slot[id] {
            Some(sum) => sum.accumulate(grad),
            empty => *empty = Some(grad),
        }
    }
}

impl Tensor {
    /// Adds `grad`, in place if no other tensor shares this tensor's values.
    fn accumulate(&mut self, mut grad: Self) {
        let Some(gpu) = Self::gpu_of(&[self, &grad]) else {
            return add_assign(grad.data(), self.data_mut());
        };
        // Addition commutes, so swap if `grad` may be the unshared one.
        if self.buffer_mut().is_none() {
            std::mem::swap(self, &mut grad);
        }
        let grad = grad.buffer(&gpu);
        wgsl::elementwise::add_assign((&grad).into(), self.buffer_to_change(&gpu).into());
    }
}
