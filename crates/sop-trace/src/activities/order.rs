//! The order of steps: what writes goes before what reads, lists keep their order, times count after that.

use super::{Candidate, Source};
use crate::roles::Pattern;

/// A candidate with its patterns made ready: each is held against those of all others.
struct Step<'a> {
    candidate: &'a Candidate,
    reads: Vec<(&'a str, Pattern)>,
    writes: Vec<(&'a str, Pattern)>,
}

impl<'a> Step<'a> {
    fn new(candidate: &'a Candidate) -> Self {
        let ready = |list: &'a [String]| list.iter().map(|it| (it.as_str(), Pattern::new(it))).collect();
        Self { candidate, reads: ready(&candidate.reads), writes: ready(&candidate.writes) }
    }

    /// Whether it writes what the other reads.
    fn feeds(&self, other: &Self) -> bool {
        self.writes.iter().any(|(w, writes)| other.reads.iter().any(|(r, reads)| w == r || writes.fits(r) || reads.fits(w)))
    }
}

/// How strongly the evidence says that `a` comes before `b`; negative for the other way.
fn says(a: &Step<'_>, b: &Step<'_>) -> i64 {
    let mut score = 0;
    let (feeds_b, feeds_a) = (a.feeds(b), b.feeds(a));
    let (a, b) = (a.candidate, b.candidate);
    // What was filled in after the run is for the next one. What was run again was there from the first time on.
    let late = |x: &Candidate, y: &Candidate| x.first.or(x.time).is_some() && y.time.is_some() && x.first.or(x.time) > y.time;
    if feeds_b && !late(a, b) {
        score += 10;
    }
    if feeds_a && !late(b, a) {
        score -= 10;
    }
    if let (Some((la, na)), Some((lb, nb))) = (a.listed, b.listed)
        && la == lb
    {
        score += 7 * (i64::from(nb) - i64::from(na)).signum();
    }
    if let (Some(ta), Some(tb)) = (a.time, b.time) {
        score += 4 * match ta.cmp(&tb) {
            std::cmp::Ordering::Less => 1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => -1,
        };
    }
    let done_by_then = |x: &Candidate, y: &Candidate| x.time.is_none() && x.kept.is_some() && x.kept < y.time.or(y.kept);
    score += 3 * (i64::from(done_by_then(a, b)) - i64::from(done_by_then(b, a)));
    if let (Some(da), Some(db)) = (a.day, b.day)
        && (a.time.is_none() || b.time.is_none())
    {
        score += 3 * i64::from((db - da).signum());
    }
    score + rank(b.source) - rank(a.source)
}

/// With nothing else to go by: bring, run, write, send, follow up.
fn rank(source: Source) -> i64 {
    match source {
        Source::Brought => 0,
        Source::Command => 1,
        Source::Checklist | Source::NoteItem | Source::Approval | Source::Report => 2,
        Source::CellNote | Source::Screen | Source::Written => 2,
        Source::Sent => 3,
        Source::Event => 4,
    }
}

/// Puts the candidates into the order that goes against the least evidence.
pub(super) fn arrange(list: &mut Vec<Candidate>) {
    let n = list.len();
    let mut order: Vec<usize> = (0..n).collect();
    // Start from times, then lists, so that equal scores keep a sensible order.
    order.sort_by(|&a, &b| {
        let (a, b) = (&list[a], &list[b]);
        a.time.cmp(&b.time).then(a.listed.cmp(&b.listed)).then(a.source.cmp(&b.source)).then(a.action.text.cmp(&b.action.text))
    });
    let steps: Vec<Step<'_>> = list.iter().map(Step::new).collect();
    let matrix: Vec<Vec<i64>> = steps.iter().map(|a| steps.iter().map(|b| says(a, b)).collect()).collect();
    drop(steps);
    // Move one step at a time to where it contradicts least, until nothing gets better. Few steps, so this is cheap;
    // the bound keeps a folder with hundreds of them from taking long.
    for _ in 0..n.min(60) {
        let mut moved = false;
        for from in 0..n {
            let step = order[from];
            let mut gain = 0;
            let mut best = (0, from);
            for to in (0..from).rev() {
                gain += matrix[step][order[to]] - matrix[order[to]][step];
                if gain > best.0 {
                    best = (gain, to);
                }
            }
            gain = 0;
            for to in from + 1..n {
                gain += matrix[order[to]][step] - matrix[step][order[to]];
                if gain > best.0 {
                    best = (gain, to);
                }
            }
            if best.1 != from {
                order.remove(from);
                order.insert(best.1, step);
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    let mut taken: Vec<Option<Candidate>> = std::mem::take(list).into_iter().map(Some).collect();
    *list = order.into_iter().filter_map(|at| taken[at].take()).collect();
}
