// Parameters of fold.wgsl and unfold.wgsl: images (N, C, H, W) and the windows over each of their planes.

struct Params {
    head: Head,
    len: u32,
    images: u32,
    channels: u32,
    height: u32,
    width: u32,
    kernel_height: u32,
    kernel_width: u32,
    rows: u32,
    columns: u32,
    stride: u32,
    padding: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
