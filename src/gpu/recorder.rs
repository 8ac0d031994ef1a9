//! Records commands to submit them together.

use super::Dispatch;
use super::pipeline::{Bound, Pipelines, SLOT};
use super::pool::Pool;

/// Maximum number of dispatches per submission: each has a slot in the uniform buffer.
const SLOTS: u64 = 1024;
/// More workgroups than this are folded into two dimensions.
const MOST_GROUPS: usize = 65_535;

pub(super) struct Recorder {
    /// Parameters of all dispatches in a submission, each at its dynamic offset.
    uniforms: wgpu::Buffer,
    staged: Vec<u8>,
    open: Option<Open>,
    pub pipelines: Pipelines,
    /// Submissions and dispatches so far.
    pub submitted: u64,
    pub dispatched: u64,
}

struct Open {
    // The pass must be dropped before the encoder, which is locked while a pass is open.
    pass: Option<wgpu::ComputePass<'static>>,
    encoder: wgpu::CommandEncoder,
}

impl Recorder {
    pub fn new(device: &wgpu::Device) -> Self {
        let uniforms = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("parameters"),
            size: SLOT * SLOTS,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let (staged, pipelines) = (Vec::new(), Pipelines::new());
        Self { uniforms, staged, open: None, pipelines, submitted: 0, dispatched: 0 }
    }

    fn open(&mut self, device: &wgpu::Device) -> &mut Open {
        self.open.get_or_insert_with(|| Open {
            pass: None,
            encoder: device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default()),
        })
    }

    /// Records a dispatch with these bindings; view `i` starts at word `starts[i]` of its binding.
    pub fn dispatch(
        &mut self,
        device: &wgpu::Device,
        dispatch: &Dispatch<'_>,
        bound: &[Bound],
        starts: &[u32],
    ) {
        if dispatch.groups == 0 {
            return;
        }
        let pipeline = self.pipelines.pipeline(device, dispatch);
        let x = dispatch.groups.min(MOST_GROUPS);
        let y = dispatch.groups.div_ceil(x);
        let mut head = [0_u32; super::HEAD_BYTES / 4];
        head[..starts.len()].copy_from_slice(starts);
        head[8..10].copy_from_slice(&[dispatch.groups as u32, x as u32]);
        let slot = self.staged.len();
        self.staged.extend_from_slice(bytemuck::cast_slice(&head));
        self.staged.extend_from_slice(dispatch.params);
        assert!(self.staged.len() - slot <= SLOT as usize, "{}: parameters", dispatch.kernel.name);
        self.staged.resize(slot + SLOT as usize, 0);
        self.open(device);
        let open = self.open.as_mut().expect("opened above");
        let group = self.pipelines.bind_group(device, &pipeline, &self.uniforms, bound);
        let pass = open.pass.get_or_insert_with(|| {
            open.encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default()).forget_lifetime()
        });
        pass.set_pipeline(&pipeline.compiled);
        pass.set_bind_group(0, group, &[slot as u32]);
        pass.dispatch_workgroups(x as u32, y as u32, 1);
        self.dispatched += 1;
    }

    pub fn copy(
        &mut self,
        device: &wgpu::Device,
        from: (&wgpu::Buffer, u64),
        to: (&wgpu::Buffer, u64),
        bytes: u64,
    ) {
        let open = self.open(device);
        open.pass = None;
        open.encoder.copy_buffer_to_buffer(from.0, from.1, to.0, to.1, bytes);
    }

    pub fn is_full(&self) -> bool {
        self.staged.len() as u64 >= SLOT * SLOTS
    }

    /// Submits everything recorded to the GPU.
    pub fn submit(&mut self, queue: &wgpu::Queue, pool: &mut Pool) {
        if let Some(Open { pass, encoder }) = self.open.take() {
            drop(pass);
            if !self.staged.is_empty() {
                queue.write_buffer(&self.uniforms, 0, &self.staged);
            }
            queue.submit([encoder.finish()]);
            self.staged.clear();
            self.submitted += 1;
        }
        pool.submitted();
    }
}
