//! Stand-ins for builds without the feature `gpu`: uninhabited types with the GPU's names. The rest of the
//! crate needs no conditional compilation, and the compiler drops all code for the GPU.
#![allow(missing_docs, reason = "methods of types without a value are never called")]

use super::{Dispatch, MemoryUse, View};
use crate::error::{Error, ErrorCode, Result};

/// No value of this type exists: this build has no GPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpu {}

/// No value of this type exists, either.
#[derive(Clone, Copy)]
pub struct Buffer(Gpu);

impl Gpu {
    /// Fails.
    ///
    /// # Errors
    /// Always `gpu-unavailable`.
    pub async fn request() -> Result<Self> {
        Err(Error::new(
            ErrorCode::GpuUnavailable,
            "no GPU can be used here: this build is without the feature gpu",
        ))
    }

    /// Fails.
    ///
    /// # Errors
    /// Always `gpu-unavailable`.
    pub async fn request_baseline() -> Result<Self> {
        Self::request().await
    }

    pub fn name(&self) -> String {
        match *self {}
    }

    pub fn is_software(&self) -> bool {
        match *self {}
    }

    pub fn most_words(&self) -> usize {
        match *self {}
    }

    pub fn memory(&self) -> MemoryUse {
        match *self {}
    }

    pub fn counts(&self) -> (u64, u64) {
        match *self {}
    }

    pub fn kernels(&self) -> Vec<&'static str> {
        match *self {}
    }

    pub fn empty(&self, _: usize) -> Buffer {
        match *self {}
    }

    pub fn upload<T: bytemuck::Pod>(&self, _: &[T]) -> Buffer {
        match *self {}
    }

    pub fn dispatch(&self, _: &Dispatch<'_>) {
        match *self {}
    }

    pub fn copy(&self, _: View<'_>, _: View<'_>) {
        match *self {}
    }

    pub fn submit(&self) {
        match *self {}
    }

    pub fn read(&self, _: &[View<'_>]) -> impl Future<Output = Result<Vec<f32>>> + use<> {
        let gpu = *self;
        async move { match gpu {} }
    }

    pub fn check(&self) -> Result<()> {
        match *self {}
    }

    pub fn destroy(&self) {
        match *self {}
    }
}

impl Buffer {
    pub fn len(&self) -> usize {
        match self.0 {}
    }

    pub fn is_empty(&self) -> bool {
        match self.0 {}
    }

    pub fn gpu(&self) -> &Gpu {
        match self.0 {}
    }

    pub fn is_unique(&self) -> bool {
        match self.0 {}
    }

    pub fn view(&self, _: usize, _: usize) -> View<'_> {
        match self.0 {}
    }
}
