//! One function a verb. The only place that wires the stages together and touches the disk.

mod cache;
mod draft;
mod error;
mod evidence;
mod inspect;
mod memory;
mod review;
mod scope;
mod show;

pub use cache::PictureCache;
pub use draft::{DraftOptions, Drafted, draft};
pub use error::AppError;
pub use evidence::{Gathered, Progress, SourceOptions, gather};
pub use inspect::{Inspected, inspect};
pub use review::{ReviewOptions, Reviewed, review};
pub use scope::{Planned, Scoped, scope};
pub use show::{Shown, show};

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
