// GPT-2's activation, from tanh_; twin: src/cpu/elementwise.rs.
const GELU_SCALE: f32 = 0.7978846;
const GELU_CUBE: f32 = 0.044715;

fn gelu_tanh(x: f32) -> f32 {
    return tanh_(GELU_SCALE * (x + GELU_CUBE * (x * x * x)));
}

fn gelu(x: f32) -> f32 {
    return 0.5 * x * (1.0 + gelu_tanh(x));
}

fn gelu_derivative(x: f32) -> f32 {
    let tanh = gelu_tanh(x);
    let inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBE * (x * x));
    return 0.5 * (1.0 + tanh) + 0.5 * x * (1.0 - tanh * tanh) * inner;
}
