//! The headings that a passage stands under, as the readers of documents keep them.

use sop_core::{Block, BlockKind};

/// The headings above the present place, from the topmost down.
#[derive(Default)]
pub(super) struct Outline(Vec<(u8, String)>);

impl Outline {
    /// Says what a block stands under. A heading stands under those of a lesser depth, and is above what follows it.
    pub fn place(&mut self, mut block: Block) -> Block {
        if let BlockKind::Heading(level) = block.kind {
            self.0.retain(|(other, _)| *other < level);
        }
        block.context = self.path();
        if let BlockKind::Heading(level) = block.kind {
            self.0.push((level, block.text.clone()));
        }
        block
    }

    /// Returns the headings in a line, if there are any.
    pub fn path(&self) -> Option<String> {
        let names: Vec<&str> = self.0.iter().map(|(_, name)| name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(" / "))
    }

    pub fn last(&self) -> Option<&str> {
        self.0.last().map(|it| it.1.as_str())
    }

    /// Gives the last heading the words that it turned out to have.
    pub fn reword(&mut self, text: &str) {
        if let Some(last) = self.0.last_mut() {
            text.clone_into(&mut last.1);
        }
    }

    /// Begins anew, as on the next slide.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
