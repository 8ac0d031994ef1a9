//! The tests of the GPU, as bodies that run natively and in a browser. A body takes the GPU, compares with an
//! oracle in double precision, and is named once, in [`for_each_gpu_test`].

pub mod adamw;
pub mod attention;
pub mod cells;
pub mod cross_entropy;
pub mod elementwise;
pub mod gather;
pub mod harness;
pub mod layer_norm;
pub mod matmul;
pub mod permute;
pub mod reduce;
pub mod softmax;

/// Calls `$test!(name, body)` for every body.
#[macro_export]
macro_rules! for_each_gpu_test {
    ($test:ident) => {
        $test!(cells_lstm, bodies::cells::lstm_cells);
        $test!(cells_gru, bodies::cells::gru_cells);
        $test!(cells_lstm_op, bodies::cells::lstm_op);
        $test!(cells_gru_op, bodies::cells::gru_op);
        $test!(matmul_products, bodies::matmul::products);
        $test!(matmul_shapes, bodies::matmul::shapes);
        $test!(matmul_batches, bodies::matmul::batches);
        $test!(matmul_linears, bodies::matmul::linears);
        $test!(softmax_forward, bodies::softmax::forward);
        $test!(softmax_hostile, bodies::softmax::hostile);
    };
}
