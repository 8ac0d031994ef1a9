//! The runner that cargo starts for wasm test binaries (`runner` in `.cargo/config.toml`).
//!
//! It is the wasm-bindgen project's own runner, compiled here so that its version always matches the one in
//! `Cargo.lock` and nobody has to install it.

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())
}
