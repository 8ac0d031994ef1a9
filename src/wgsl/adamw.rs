//! The AdamW optimiser; twin of [`cpu::adamw`](crate::cpu::adamw).

use super::{CHUNK, lib, part, pieces, word};
use crate::cpu::adamw::AdamW;
use crate::gpu::{Access, Dispatch, Kernel, View};

const ADAMW: Kernel = Kernel {
    name: "adamw",
    source: &[lib::HEAD, lib::ELEMENTS, include_str!("../../shaders/adamw.wgsl")],
    bindings: &[Access::Write, Access::Read, Access::Write, Access::Write],
    params: Params::PARAMS,
};

/// The kernels of this file.
pub const KERNELS: &[Kernel] = &[ADAMW];

params! {
    struct Params {
        len: u32,
        grad_scale: f32,
        beta1: f32,
        beta2: f32,
        eps: f32,
        keep: f32,
        step_size: f32,
        root_correction: f32,
    }
}

/// Updates the weights `w` with the gradient `g`; `m` and `v` are the running means. All have the same
/// length; for the formula see [`cpu::adamw`](crate::cpu::adamw::adamw).
#[track_caller]
pub fn adamw(settings: AdamW, w: View<'_>, g: View<'_>, m: View<'_>, v: View<'_>) {
    assert!([g.len, m.len, v.len] == [w.len; 3], "adamw: lengths");
    let AdamW { beta1, beta2, eps, grad_scale, .. } = settings;
    let [keep, step_size, root_correction] = settings.factors();
    let gpu = w.buffer.gpu();
    for (first, len) in pieces(gpu, w.len) {
        let params =
            Params { len: word(len), grad_scale, beta1, beta2, eps, keep, step_size, root_correction };
        gpu.dispatch(&Dispatch {
            kernel: &ADAMW,
            constants: &[],
            params: bytemuck::bytes_of(&params),
            views: &[w, g, m, v].map(|view| part(view, first, len)),
            groups: len.div_ceil(CHUNK),
        });
    }
}
