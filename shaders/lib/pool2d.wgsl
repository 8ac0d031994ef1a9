// Pooling over windows of planes (C, H, W).
struct Params {
    head: Head,
    len: u32,
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
@group(0) @binding(1) var<storage, read> x: array<f32>;

// 1: maximum instead of mean.
override MAX: u32 = 0u;

// Mean of a window of the plane that starts at word `plane`; elements beyond the edges count as 0.
fn mean_of(plane: u32, row: u32, column: u32) -> f32 {
    var sum = 0.0;
    for (var ky = 0u; ky < p.kernel_height; ky++) {
        for (var kx = 0u; kx < p.kernel_width; kx++) {
            let top = row * p.stride + ky - p.padding;
            let left = column * p.stride + kx - p.padding;
            if top < p.height && left < p.width {
                sum += x[plane + top * p.width + left];
            }
        }
    }
    return sum / f32(p.kernel_height * p.kernel_width);
}

// Index in its plane of the first of a window's largest elements.
fn largest_of(plane: u32, row: u32, column: u32) -> u32 {
    var largest = LOWEST;
    var found = 0u;
    var any = false;
    for (var ky = 0u; ky < p.kernel_height; ky++) {
        for (var kx = 0u; kx < p.kernel_width; kx++) {
            let top = row * p.stride + ky - p.padding;
            let left = column * p.stride + kx - p.padding;
            if top < p.height && left < p.width {
                let value = x[plane + top * p.width + left];
                if !any || value > largest {
                    largest = value;
                    found = top * p.width + left;
                    any = true;
                }
            }
        }
    }
    return found;
}
