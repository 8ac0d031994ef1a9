//! Caches of compiled kernels and bind groups.

use super::buffer::RawBuffer;
use super::{Access, Dispatch, Kernel};
use std::collections::HashMap;
use std::rc::Rc;

/// Maximum bytes of a kernel's parameters including the head; also the step of the uniform buffer's dynamic
/// offsets.
pub(super) const SLOT: u64 = 256;
/// Size at which the bind group cache is cleared, because bind groups keep their buffers alive.
const MOST_BIND_GROUPS: usize = 8192;

pub(super) struct Pipelines {
    layouts: HashMap<&'static [Access], Rc<Layout>>,
    /// Keyed by kernel and constants, as in `softmax[WIDTH=64]`.
    pipelines: HashMap<String, Rc<Pipeline>>,
    bind_groups: HashMap<BindKey, wgpu::BindGroup>,
    modules: HashMap<&'static str, wgpu::ShaderModule>,
}

struct Layout {
    number: usize,
    group: wgpu::BindGroupLayout,
    pipeline: wgpu::PipelineLayout,
}

pub(super) struct Pipeline {
    pub compiled: wgpu::ComputePipeline,
    layout: Rc<Layout>,
}

/// The range of a binding: buffer, byte offset, number of bytes.
pub(super) type Bound = (RawBuffer, u64, u64);

#[derive(PartialEq, Eq, Hash)]
struct BindKey {
    layout: usize,
    bound: Vec<(u64, u64, u64)>,
}

impl Pipelines {
    pub fn new() -> Self {
        Self {
            layouts: HashMap::new(),
            pipelines: HashMap::new(),
            bind_groups: HashMap::new(),
            modules: HashMap::new(),
        }
    }

    /// Names of the kernels used so far.
    pub fn kernels(&self) -> Vec<&'static str> {
        self.modules.keys().copied().collect()
    }

    pub fn pipeline(&mut self, device: &wgpu::Device, dispatch: &Dispatch<'_>) -> Rc<Pipeline> {
        let Dispatch { kernel, constants, .. } = dispatch;
        let key = constants
            .iter()
            .fold(kernel.name.to_owned(), |key, (name, value)| format!("{key}[{name}={value}]"));
        if let Some(found) = self.pipelines.get(&key) {
            return found.clone();
        }
        let layout = self.layout(device, kernel.bindings);
        let module = self.modules.entry(kernel.name).or_insert_with(|| module(device, kernel));
        let compiled = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(&key),
            layout: Some(&layout.pipeline),
            module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
            cache: None,
        });
        let pipeline = Rc::new(Pipeline { compiled, layout });
        self.pipelines.insert(key, pipeline.clone());
        pipeline
    }

    fn layout(&mut self, device: &wgpu::Device, bindings: &'static [Access]) -> Rc<Layout> {
        let number = self.layouts.len();
        let make = || {
            let storage = bindings
                .iter()
                .map(|&access| wgpu::BufferBindingType::Storage { read_only: access == Access::Read });
            let types = [wgpu::BufferBindingType::Uniform].into_iter().chain(storage);
            let entries: Vec<_> = types.zip(0..).map(|(ty, binding)| entry(binding, ty)).collect();
            let descriptor = wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries };
            let group = device.create_bind_group_layout(&descriptor);
            let pipeline = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: None,
                bind_group_layouts: &[Some(&group)],
                immediate_size: 0,
            });
            Rc::new(Layout { number, group, pipeline })
        };
        self.layouts.entry(bindings).or_insert_with(make).clone()
    }

    pub fn bind_group(
        &mut self,
        device: &wgpu::Device,
        pipeline: &Pipeline,
        uniforms: &wgpu::Buffer,
        bound: &[Bound],
    ) -> &wgpu::BindGroup {
        if self.bind_groups.len() > MOST_BIND_GROUPS {
            self.bind_groups.clear();
        }
        let layout = &pipeline.layout;
        let key = BindKey {
            layout: layout.number,
            bound: bound.iter().map(|(raw, offset, size)| (raw.id, *offset, *size)).collect(),
        };
        self.bind_groups.entry(key).or_insert_with(|| {
            let binding = |buffer, offset, size| {
                let size = wgpu::BufferSize::new(size);
                wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size })
            };
            let storage = bound.iter().map(|(raw, offset, size)| binding(&raw.buffer, *offset, *size));
            let resources = [binding(uniforms, 0, SLOT)].into_iter().chain(storage);
            let entries: Vec<_> = resources
                .zip(0..)
                .map(|(resource, binding)| wgpu::BindGroupEntry { binding, resource })
                .collect();
            let descriptor =
                wgpu::BindGroupDescriptor { label: None, layout: &layout.group, entries: &entries };
            device.create_bind_group(&descriptor)
        })
    }
}

fn module(device: &wgpu::Device, kernel: &Kernel) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kernel.name),
        source: wgpu::ShaderSource::Wgsl(kernel.text().into()),
    })
}

fn entry(binding: u32, ty: wgpu::BufferBindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: binding == 0, min_binding_size: None },
        count: None,
    }
}
