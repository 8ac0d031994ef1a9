//! Runs the async functions that a GPU needs from plain, synchronous ones.

/// Returns the result of a future that is ready at once, as every future on the CPU is. Natively it may block
/// on a GPU.
///
/// # Panics
/// In a browser, if the future is pending: there only JavaScript can wait.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    #[cfg(not(target_arch = "wasm32"))]
    return pollster::block_on(future);
    #[cfg(target_arch = "wasm32")]
    {
        let mut future = std::pin::pin!(future);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(result) => result,
            std::task::Poll::Pending => panic!("a browser cannot wait for a GPU here"),
        }
    }
}
