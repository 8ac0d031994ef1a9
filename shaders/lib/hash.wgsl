// The hash behind dropout masks; twin: src/rng.rs, bit for bit.

fn pcg(value: u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

// Uniform in [0, 1). `seed` has its low word first.
fn uniform_at(seed: vec2<u32>, index: u32) -> f32 {
    let mixed = pcg(index ^ pcg(seed.x ^ pcg(seed.y)));
    return f32(mixed >> 8u) * (1.0 / 16777216.0);
}
