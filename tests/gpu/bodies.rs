//! The tests of the GPU, as bodies that run natively and in a browser. A body takes the GPU, compares with an
//! oracle in double precision, and is named once, in [`for_each_gpu_test`].

#[path = "../wasm/expected.rs"]
#[allow(dead_code, reason = "only its models are wanted here, not what they write")]
pub mod expected;

pub mod adamw;
pub mod attend;
pub mod attention;
pub mod cells;
pub mod conv2d;
pub mod cross_entropy;
pub mod elementwise;
pub mod gather;
pub mod harness;
pub mod layer_norm;
pub mod matmul;
pub mod models;
#[cfg(not(target_arch = "wasm32"))]
pub mod natively;
pub mod on_both;
pub mod permute;
pub mod reduce;
pub mod self_test;
pub mod softmax;
pub mod training;

/// Calls `$test!(name, body)` for every body.
#[macro_export]
macro_rules! for_each_gpu_test {
    ($test:ident) => {
        $test!(cells_lstm, bodies::cells::lstm_cells);
        $test!(cells_gru, bodies::cells::gru_cells);
        $test!(cells_lstm_op, bodies::cells::lstm_op);
        $test!(cells_gru_op, bodies::cells::gru_op);
        $test!(cells_steps, bodies::cells::steps);
        $test!(matmul_products, bodies::matmul::products);
        $test!(matmul_as_on_hardware, bodies::matmul::as_on_hardware);
        $test!(matmul_shapes, bodies::matmul::shapes);
        $test!(matmul_batches, bodies::matmul::batches);
        $test!(matmul_linears, bodies::matmul::linears);
        $test!(matmul_larger_than_a_binding, bodies::matmul::larger_than_a_binding);
        $test!(matmul_ops, bodies::matmul::ops);
        $test!(matmul_packed_tensors, bodies::matmul::packed_tensors);
        $test!(elementwise_unary, bodies::elementwise::unary);
        $test!(elementwise_unary_hostile, bodies::elementwise::unary_hostile);
        $test!(elementwise_binary_broadcasts, bodies::elementwise::binary_broadcasts);
        $test!(elementwise_updates, bodies::elementwise::updates);
        $test!(elementwise_dropout_mask, bodies::elementwise::dropout_mask);
        $test!(elementwise_ops, bodies::elementwise::ops);
        $test!(elementwise_mixed_operands, bodies::elementwise::mixed_operands);
        $test!(reduce_sums, bodies::reduce::sums);
        $test!(reduce_axes, bodies::reduce::axes);
        $test!(reduce_larger_than_a_binding, bodies::reduce::larger_than_a_binding);
        $test!(reduce_squares, bodies::reduce::squares);
        $test!(reduce_ops, bodies::reduce::ops);
        $test!(permute_axes, bodies::permute::axes);
        $test!(permute_slabs, bodies::permute::slabs);
        $test!(permute_repetition, bodies::permute::repetition);
        $test!(permute_ops, bodies::permute::ops);
        $test!(gather_rows, bodies::gather::rows);
        $test!(gather_large_table, bodies::gather::large_table);
        $test!(gather_ops, bodies::gather::ops);
        $test!(adamw_steps, bodies::adamw::steps);
        $test!(adamw_training, bodies::adamw::training);
        $test!(adamw_modules, bodies::adamw::modules);
        $test!(adamw_shared_weights, bodies::adamw::shared_weights);
        $test!(models_texts, bodies::models::texts);
        $test!(models_insides, bodies::models::insides);
        $test!(models_translations, bodies::models::translations);
        $test!(models_loss, bodies::models::loss);
        $test!(models_economy, bodies::models::economy);
        $test!(models_economy_of_songs, bodies::models::economy_of_songs);
        $test!(self_test_passes, bodies::self_test::passes);
        $test!(training_losses, bodies::training::losses);
        $test!(softmax_forward, bodies::softmax::forward);
        $test!(softmax_backward, bodies::softmax::backward);
        $test!(softmax_hostile, bodies::softmax::hostile);
        $test!(softmax_ops, bodies::softmax::ops);
        $test!(layer_norm_kernels, bodies::layer_norm::forward_and_backward);
        $test!(layer_norm_hostile, bodies::layer_norm::hostile);
        $test!(layer_norm_ops, bodies::layer_norm::ops);
        $test!(conv2d_unfolding, bodies::conv2d::unfolding);
        $test!(conv2d_pools, bodies::conv2d::pools);
        $test!(conv2d_ops, bodies::conv2d::ops);
        $test!(cross_entropy_kernels, bodies::cross_entropy::forward_and_backward);
        $test!(cross_entropy_hostile, bodies::cross_entropy::hostile);
        $test!(cross_entropy_ops, bodies::cross_entropy::ops);
        $test!(attention_masks, bodies::attention::masks);
        $test!(attention_shapes, bodies::attention::shapes);
        $test!(attention_hostile, bodies::attention::hostile);
        $test!(attention_layouts, bodies::attention::layouts);
        $test!(attention_ops, bodies::attention::ops);
        $test!(attend_reading, bodies::attend::reading);
        $test!(attend_extending, bodies::attend::extending);
        $test!(attend_hostile, bodies::attend::hostile);
        $test!(attend_ops, bodies::attend::ops);
    };
}
