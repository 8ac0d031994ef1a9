//! Waiting for what takes no time: the way from the async functions, which a GPU needs, to the plain ones.

/// The result of a future that does not have to wait, as all on the CPU do. Natively it may wait for a GPU.
///
/// # Panics
/// In a browser, if it had to wait: only JavaScript can do that there.
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
