//! Description of a matrix product.

/// The shape of a product `C (m, n) (+)= op(A) (m, k) op(B) (k, n)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matmul {
    /// Rows of C.
    pub m: usize,
    /// Number of terms in each sum.
    pub k: usize,
    /// Columns of C.
    pub n: usize,
    /// A is stored (k, m) instead of (m, k).
    pub trans_a: bool,
    /// B is stored (n, k) instead of (k, n), as the weights of a linear layer are.
    pub trans_b: bool,
    /// Add to C instead of overwriting it.
    pub accumulate: bool,
}
