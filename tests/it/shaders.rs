//! The shaders compared with the kernel table, without a GPU: each is parsed by naga, the compiler inside
//! wgpu.

use crate::tidy::{files, root};
use liedwerk::gpu::{Access, HEAD_BYTES, Kernel};
use liedwerk::wgsl::KERNELS;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, ArraySize, Handle, Module, ScalarKind, StorageAccess, Type, TypeInner};
use std::collections::BTreeSet;

/// Limits guaranteed by every WebGPU implementation.
const MOST_INVOCATIONS: u32 = 256;
const MOST_WORKGROUP_BYTES: u32 = 16_384;
const MOST_BINDINGS: usize = 8;
/// Distance in bytes between the parameters of two dispatches.
const MOST_PARAMETER_BYTES: u32 = 256;

/// The only capability used, which every WebGPU has: `unpack2x16float`.
const BASELINE: Capabilities = Capabilities::SHADER_FLOAT16_IN_FLOAT32;

fn kernels() -> impl Iterator<Item = &'static Kernel> {
    KERNELS.iter().copied().flatten()
}

/// The kernel's own file, which follows the parts from `shaders/lib`.
fn own_file(kernel: &Kernel) -> &'static str {
    kernel.source.last().unwrap_or_else(|| panic!("{}: no source", kernel.name))
}

/// Parses the kernel with naga, without capabilities beyond those of every WebGPU.
fn parsed(kernel: &Kernel) -> (Module, ModuleInfo) {
    let (name, text) = (kernel.name, kernel.text());
    let module = naga::front::wgsl::parse_str(&text)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&text)));
    let info = Validator::new(ValidationFlags::all(), BASELINE)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&text)));
    (module, info)
}

/// The type in Rust notation.
fn rust_type(module: &Module, kind: Handle<Type>) -> String {
    let kind = &module.types[kind];
    let number = |scalar: naga::Scalar| match scalar.kind {
        ScalarKind::Uint => "u32".to_owned(),
        ScalarKind::Sint => "i32".to_owned(),
        ScalarKind::Float => "f32".to_owned(),
        other => panic!("parameters cannot be {other:?}"),
    };
    match kind.inner {
        TypeInner::Scalar(scalar) => number(scalar),
        TypeInner::Vector { size, scalar } => format!("[{}; {}]", number(scalar), size as u8),
        TypeInner::Array { base, size: ArraySize::Constant(count), .. } => {
            format!("[{}; {count}]", rust_type(module, base))
        }
        _ => kind.name.clone().unwrap_or_else(|| panic!("parameters cannot be {kind:?}")),
    }
}

#[test]
fn names_are_unique() {
    let mut seen = BTreeSet::new();
    for kernel in kernels() {
        assert!(seen.insert(kernel.name), "two kernels are called {}", kernel.name);
    }
    assert!(!seen.is_empty());
}

#[test]
fn every_kernel_is_valid_and_has_the_bindings_that_it_names() {
    for kernel in kernels() {
        let (name, (module, _)) = (kernel.name, parsed(kernel));
        let entries: Vec<_> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(entries, ["main"], "{name}: entry points");
        let mut bound: Vec<_> = module
            .global_variables
            .iter()
            .filter_map(|(_, global)| Some((global.binding?, global.space)))
            .map(|(binding, space)| (binding.group, binding.binding, space))
            .collect();
        bound.sort_by_key(|(group, binding, _)| (*group, *binding));
        let storage = kernel.bindings.iter().map(|access| match access {
            Access::Read => AddressSpace::Storage { access: StorageAccess::LOAD },
            Access::Write => AddressSpace::Storage { access: StorageAccess::LOAD | StorageAccess::STORE },
        });
        let expected: Vec<_> =
            [AddressSpace::Uniform].into_iter().chain(storage).zip(0..).map(|(s, b)| (0, b, s)).collect();
        assert_eq!(bound, expected, "{name}: bindings (group, number, kind)");
        assert!(kernel.bindings.len() <= MOST_BINDINGS, "{name}: {} bindings", kernel.bindings.len());
    }
}

#[test]
fn parameters_lie_where_rust_puts_them() {
    for kernel in kernels() {
        let (name, (module, _)) = (kernel.name, parsed(kernel));
        let uniform = |global: &&naga::GlobalVariable| global.space == AddressSpace::Uniform;
        let (_, global) = module.global_variables.iter().find(|(_, global)| uniform(global)).unwrap();
        let params = &module.types[global.ty];
        assert_eq!(params.name.as_deref(), Some("Params"), "{name}: type of binding 0");
        let TypeInner::Struct { members, span } = &params.inner else { panic!("{name}: {params:?}") };
        assert!(*span <= MOST_PARAMETER_BYTES, "{name}: {span} bytes of parameters");
        let laid_out: Vec<_> = members
            .iter()
            .map(|member| {
                let field = member.name.clone().unwrap_or_default();
                (field, rust_type(&module, member.ty), member.offset as usize)
            })
            .collect();
        let behind = kernel
            .params
            .fields
            .iter()
            .map(|(field, kind, offset)| (field.to_string(), kind.to_string(), HEAD_BYTES + offset));
        let expected: Vec<_> = [("head".into(), "Head".into(), 0)].into_iter().chain(behind).collect();
        assert_eq!(laid_out, expected, "{name}: parameters (name, type, first byte)");
        let bytes = HEAD_BYTES + kernel.params.bytes;
        // The size of a struct with a head is a multiple of 16.
        assert_eq!(*span as usize, bytes.next_multiple_of(16), "{name}: bytes of parameters");
        assert_eq!(module.types[members[0].ty].inner.size(module.to_ctx()) as usize, HEAD_BYTES, "{name}");
    }
}

#[test]
fn every_kernel_keeps_to_the_limits_of_all_gpus() {
    for kernel in kernels() {
        let (name, (module, info)) = (kernel.name, parsed(kernel));
        // Overrides at their defaults, without anything the kernel does not use.
        let entry = Some((naga::ShaderStage::Compute, "main"));
        let (module, _) =
            naga::back::pipeline_constants::process_overrides(&module, &info, entry, &Default::default())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        let invocations: u32 = module.entry_points[0].workgroup_size.iter().product();
        assert!(invocations <= MOST_INVOCATIONS, "{name}: {invocations} invocations in a workgroup");
        let bytes: u32 = module
            .global_variables
            .iter()
            .filter(|(_, global)| global.space == AddressSpace::WorkGroup)
            .map(|(_, global)| module.types[global.ty].inner.size(module.to_ctx()).next_multiple_of(16))
            .sum();
        assert!(bytes <= MOST_WORKGROUP_BYTES, "{name}: {bytes} bytes of workgroup memory");
    }
}

/// The comment at the start of a file.
fn leading_comment(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//"));
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kernel_says_what_it_does_and_names_its_twin() {
    for kernel in kernels() {
        let comment = leading_comment(own_file(kernel));
        assert!(comment.len() >= 60 && comment.ends_with('.'), "{}: {comment:?}", kernel.name);
        let twin = comment.split_once("Twin: ").unwrap_or_else(|| panic!("{}: no twin", kernel.name)).1;
        let twins: Vec<&str> = twin.split([' ', ',']).filter(|word| word.starts_with("src/")).collect();
        assert!(!twins.is_empty(), "{}: no file in {twin:?}", kernel.name);
        for twin in twins {
            let twin = root().join(twin.trim_end_matches(['.', ':', ';']));
            assert!(twin.is_file(), "{}: there is no {}", kernel.name, twin.display());
        }
    }
}

#[test]
fn every_file_of_shaders_is_used() {
    let used: BTreeSet<&str> = kernels().flat_map(|kernel| kernel.source.iter().copied()).collect();
    let found = files(&root().join("shaders"), &["wgsl"]);
    assert!(!found.is_empty());
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(used.contains(text.as_str()), "no kernel uses {}", path.display());
        assert!(!leading_comment(&text).is_empty(), "{} begins without a comment", path.display());
    }
}
