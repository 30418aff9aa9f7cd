//! Rules as data: speech acts and duties, secrets, personal data. Each rule file carries its own examples.

mod acts;
mod redact;
mod sensitive;

pub use acts::{Act, ActRule, Example, act_rules, acts};
pub use redact::{Redacted, redact, redact_name, redact_row};
pub use sensitive::sensitive_document;
