//! Any text through the masks: it keeps its lines, and what stands before and after a card does not save it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sop_fuzz::only_ours_count;

fuzz_target!(init: only_ours_count(), |text: &str| {
    let lines = text.matches('\n').count();
    for redacted in [sop_rules::redact(text), sop_rules::redact_row(text)] {
        assert_eq!(redacted.text.matches('\n').count(), lines);
    }
    let _ = sop_rules::redact_name(text);
    let _ = sop_rules::acts(text);
    let _ = sop_rules::sensitive_document(text, text, &[text.to_owned()]);
    let beside = format!("{text}\n4111 1111 1111 1111\n{text}");
    assert!(!sop_rules::redact(&beside).text.contains("1111 1111 1111"), "a card stayed");
});
