//! Functions that end the script on behalf of their caller: `stop 3 "no intake.csv"`, `die(msg, 2)`.

use sop_core::Exit;

/// A function of the script whose body says something and stops.
#[derive(Debug, Clone)]
pub(crate) struct Stopper {
    pub(crate) name: String,
    pub(crate) code: StopCode,
    /// Which argument carries the message.
    pub(crate) message: Option<usize>,
    /// Its message, if it says the same every time.
    pub(crate) fixed: Option<String>,
}

/// Where a stopping function takes its code from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum StopCode {
    Fixed(Option<i32>),
    Argument(usize, Option<i32>),
}

impl Stopper {
    /// Makes the exit that a call of this function is.
    pub(crate) fn exit(&self, codes: &[Option<i32>], messages: &[Option<String>], condition: Option<String>, line: u32) -> Exit {
        let code = match self.code {
            StopCode::Fixed(code) => code,
            StopCode::Argument(at, default) if at >= codes.len() => default,
            StopCode::Argument(at, _) => codes[at],
        };
        let said = self.message.and_then(|at| messages.get(at).cloned().flatten());
        new_exit(code, said.or_else(|| self.fixed.clone()), condition, line, None)
    }
}

/// Makes an exit; what documents it is found later.
pub(crate) fn new_exit(code: Option<i32>, message: Option<String>, condition: Option<String>, line: u32, message_line: Option<u32>) -> Exit {
    let message = message.map(|text| crate::code::one_line(&text, 400)).filter(|text| !text.is_empty());
    let message_line = message_line.filter(|it| *it != line && message.is_some());
    Exit { code, message, condition, documented: None, line, message_line, documented_line: None }
}
