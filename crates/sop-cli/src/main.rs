//! The command line. It parses, calls one function of `sop-app`, and says what came of it.

mod args;
mod report;

use args::{Args, Command, Files};
use clap::Parser;
use sop_app::{AppError, DraftOptions, ReviewOptions, SourceOptions};
use std::io::IsTerminal;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Mutex;

/// Where the program stumbled last. What it stumbled over may be words of the evidence, so only the place is ever told.
static STUMBLED: Mutex<Option<String>> = Mutex::new(None);

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // A thread that is waited for stumbles once more where it is waited for.
        let place = panic.location().filter(|it| !it.file().ends_with("scoped.rs")).map(|it| format!("{}:{}", short(it.file()), it.line()));
        if let (Some(place), Ok(mut last)) = (place, STUMBLED.lock()) {
            *last = Some(place);
        }
    }));
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(err) => {
            let _ = err.print();
            return if err.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match std::panic::catch_unwind(AssertUnwindSafe(|| run(&args))) {
        Ok(Ok(code)) => code,
        Ok(Err(err)) => {
            report::error(&err);
            ExitCode::from(2)
        }
        Err(_) => {
            let place = STUMBLED.lock().ok().and_then(|it| it.clone());
            report::fault(place.as_deref().unwrap_or("an unknown place"));
            ExitCode::from(3)
        }
    }
}

/// The end of the path of a source file: where it lay when the program was built is nobody's business.
fn short(file: &str) -> String {
    let mut parts: Vec<&str> = file.rsplit(['/', '\\']).take(3).collect();
    parts.reverse();
    parts.join("/")
}

/// 0 done; 1 done, but some files could not be read.
fn run(args: &Args) -> Result<ExitCode, AppError> {
    match &args.command {
        Command::Draft(it) => {
            let options = DraftOptions {
                source: source(&it.files),
                process: it.process.clone(),
                audience: it.audience.clone(),
                out: it.out.clone(),
                period: it.period.clone(),
                lang: it.lang,
                force: it.force,
            };
            let progress = report::Progress::new(!it.json && std::io::stderr().is_terminal());
            let drafted = sop_app::draft(&it.folder, &options, &|done, all, path| progress.step(done, all, path))?;
            progress.finish();
            if it.json {
                report::json(&drafted);
            } else {
                report::drafted(&drafted);
            }
            Ok(code(drafted.problems.is_empty()))
        }
        Command::Inspect(it) => {
            let source = source(&it.files);
            let progress = report::Progress::new(!it.json && std::io::stderr().is_terminal());
            let inspected = sop_app::inspect(&it.folder, &source, it.period.as_deref(), &|done, all, path| progress.step(done, all, path))?;
            progress.finish();
            if it.json {
                report::json(&inspected);
            } else if it.mermaid {
                report::text(&inspected.mermaid());
            } else {
                report::text(&inspected.to_text());
            }
            Ok(code(inspected.problems.is_empty()))
        }
        Command::Scope(it) => {
            let source = SourceOptions { systems: it.system.clone(), ..source(&it.files) };
            let scoped = sop_app::scope(&it.folder, &source, it.save)?;
            if it.json {
                report::json(&scoped);
            } else {
                report::scoped(&scoped, &it.folder);
            }
            Ok(code(scoped.problems.is_empty()))
        }
        Command::Show(it) => {
            let shown = sop_app::show(&it.id, &it.sop, it.from.as_deref())?;
            if it.json {
                report::json(&shown);
            } else {
                report::shown(&shown);
            }
            Ok(code(shown.found))
        }
        Command::Review(it) => {
            let options = ReviewOptions { against: it.against.clone(), source: source(&it.files), today: today() };
            let progress = report::Progress::new(!it.json && !it.sarif && std::io::stderr().is_terminal());
            let reviewed = sop_app::review(&it.sop, &options, &|done, all, path| progress.step(done, all, path))?;
            progress.finish();
            if it.json {
                report::json(&reviewed);
            } else if it.sarif {
                report::json(&reviewed.to_sarif());
            } else {
                report::reviewed(&reviewed);
            }
            Ok(code(!reviewed.blocked))
        }
    }
}

fn source(files: &Files) -> SourceOptions {
    SourceOptions {
        include: files.include.clone(),
        exclude: files.exclude.clone(),
        sensitive: files.sensitive.clone(),
        systems: Vec::new(),
        broad: files.yes,
        fresh: files.fresh,
    }
}

/// The day on this machine's calendar.
#[expect(clippy::disallowed_methods, reason = "the stages have no clock: the face tells them the day")]
fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

fn code(clean: bool) -> ExitCode {
    if clean { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
