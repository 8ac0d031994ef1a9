//! Waiting where nothing but waiting is left.

/// What `future` gives, without `async`. Natively it is waited for. A browser's GPU answers only to who lets go
/// of the thread, so there this is for work on the CPU, which is done when it is first asked for.
///
/// # Panics
/// In a browser, if the GPU would have to be waited for.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    #[cfg(not(target_arch = "wasm32"))]
    return pollster::block_on(future);
    #[cfg(target_arch = "wasm32")]
    match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(result) => result,
        std::task::Poll::Pending => panic!("a browser's GPU cannot be waited for: use the async function"),
    }
}
