//! stub
use crate::{Comments, code::Code};
use sop_core::Script;
pub(crate) fn analyse(code: &Code<'_>, _script: &mut Script) -> Comments {
    let all = crate::head::comment_lines(code, |kind| kind == "comment");
    Comments { head: all.clone(), all }
}
