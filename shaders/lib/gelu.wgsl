// GELU as in GPT-2, with tanh_, and as in BERT, with erf_; twin: src/cpu/elementwise.rs.
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

// 1 / sqrt(2) and 1 / sqrt(2 pi).
const SQRT_HALF: f32 = 0.70710677;
const NORMAL_DENSITY: f32 = 0.3989423;

fn normal_below(x: f32) -> f32 {
    return 0.5 * (1.0 + erf_(x * SQRT_HALF));
}

fn gelu_erf(x: f32) -> f32 {
    return x * normal_below(x);
}

fn gelu_erf_derivative(x: f32) -> f32 {
    return normal_below(x) + x * (NORMAL_DENSITY * exp_(-0.5 * (x * x)));
}
