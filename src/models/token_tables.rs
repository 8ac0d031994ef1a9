//! A translator's embedding tables and output layer.

use crate::error::Result;
use crate::nn::{Embedding, Source};
use crate::tensor::Tensor;

/// Embeddings of source tokens and target tokens and the output layer: three tables, or a single shared one
/// (Press and Wolf 2017).
#[derive(Clone)]
pub enum TokenTables {
    /// `embedding.weight (V, C)`.
    Tied(Embedding),
    /// `src_embedding.weight`, `tgt_embedding.weight` and `head.weight (V, C)`.
    Separate {
        /// Embedding of source tokens.
        src: Embedding,
        /// Embedding of target tokens.
        tgt: Embedding,
        /// Weights of the output layer.
        head: Tensor,
    },
}

impl TokenTables {
    /// Takes the single table or all three.
    pub fn new(
        tied: bool,
        [src_vocab_size, tgt_vocab_size]: [usize; 2],
        channels: usize,
        source: &mut Source<'_>,
    ) -> Result<Self> {
        if tied {
            return Ok(Self::Tied(Embedding::new("embedding", tgt_vocab_size, channels, source)?));
        }
        Ok(Self::Separate {
            src: Embedding::new("src_embedding", src_vocab_size, channels, source)?,
            tgt: Embedding::new("tgt_embedding", tgt_vocab_size, channels, source)?,
            head: source("head.weight", &[tgt_vocab_size, channels])?,
        })
    }

    /// The embedding of source tokens.
    pub fn src(&self) -> &Embedding {
        match self {
            Self::Tied(table) => table,
            Self::Separate { src, .. } => src,
        }
    }

    /// The embedding of target tokens.
    pub fn tgt(&self) -> &Embedding {
        match self {
            Self::Tied(table) => table,
            Self::Separate { tgt, .. } => tgt,
        }
    }

    /// The weights `(V, C)` of the output layer.
    pub fn head(&self) -> &Tensor {
        match self {
            Self::Tied(table) => &table.weight,
            Self::Separate { head, .. } => head,
        }
    }

    pub(crate) fn visit(&mut self, f: &mut dyn FnMut(String, &mut Tensor)) {
        match self {
            Self::Tied(table) => table.visit("embedding", f),
            Self::Separate { src, tgt, head } => {
                src.visit("src_embedding", f);
                tgt.visit("tgt_embedding", f);
                f("head.weight".to_owned(), head);
            }
        }
    }
}
