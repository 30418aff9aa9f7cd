//! Steps from screens and calendars.

use super::{base, current, plain_name, role};
use crate::activities::{Candidate, Source, Work};
use crate::lineage::brought;
use crate::people::anchor;
use crate::text::{cut, re, shared, stems, words};
use sop_core::{Block, BlockKind, Claim, Document, Format, Role, StepKind};

/// Screens whose settings somebody kept: what must be chosen there.
pub(super) fn screens(work: &Work<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for document in current(work).filter(|it| it.format == Format::Picture && role(work, &it.path) != Role::Noise) {
        let fields: Vec<&Block> = document.blocks.iter().filter(|it| it.kind == BlockKind::Field && words(&it.text) <= 16).collect();
        let figures = fields.iter().filter(|it| it.text.split_once(": ").is_some_and(|(_, v)| re!(r"^[£$€]?-?[\d.,]+ ?%?$").is_match(v.trim()))).count();
        if fields.len() < 3 || figures * 2 >= fields.len() || fields.iter().all(|it| it.text.chars().filter(char::is_ascii_digit).count() * 3 > it.text.len()) {
            continue;
        }
        // A screen to be worked has a button; a page that shows how things stand has none.
        let button = document.blocks.iter().any(|it| words(&it.text) <= 4 && re!(r"(?i)\b(export|import|save|send|apply|create|invite|publish|release|submit|run|generate|confirm|upload|download|next|ok|speichern|senden|exportieren|importieren|erstellen|veröffentlichen|weiter)\b").is_match(&it.text) && it.kind == BlockKind::PictureText);
        if !button {
            continue;
        }
        let title = document.title.clone().unwrap_or_else(|| document.name().to_owned());
        let list: Vec<String> = fields.iter().take(10).map(|it| it.text.clone()).collect();
        let text = work.say.set_on_screen(cut(&title, 8), list.join("; "));
        let mut anchors: Vec<sop_core::Anchor> = fields.iter().take(10).map(|it| anchor(document, it)).collect();
        anchors.truncate(10);
        let mut candidate = Candidate::new(Source::Screen, Claim::cited(text, anchors));
        let folder = document.path.rsplit_once('/').map_or("", |it| it.0);
        candidate.topic = stems(&format!("{title} {} {}", document.name(), list.join(" ")));
        // A screen kept beside an input shows how it was exported; of several, the one whose name the screen speaks of.
        let all_text = stems(&document.blocks.iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(" "));
        let beside = brought(work.flows, work.ground.roles)
            .into_iter()
            .flat_map(|it| it.files.iter())
            .filter(|it| {
                it.rsplit_once('/').map_or("", |x| x.0) == folder
                    && !folder.is_empty()
                    && (shared(&stems(base(it)), &all_text) >= 1 || re!(r"(?i)(^|/)(raw|inputs?|exports?|data|downloads?|eingang|roh)(/|$)").is_match(folder))
            })
            .max_by_key(|it| (shared(&stems(base(it)), &all_text), std::cmp::Reverse((*it).clone())));
        if let Some(file) = beside {
            candidate.objects.insert(plain_name(base(file)));
            candidate.topic.extend(stems(base(file)));
        }
        out.push(candidate);
    }
    out
}

/// Steps that were recorded in the browser: one step a page, with what was done on it.
pub(super) fn recordings(work: &Work<'_>) -> Vec<Candidate> {
    /// More would be a page of its own.
    const MAX_DONE: usize = 10;
    let mut out = Vec::new();
    // A script that drives a browser has steps, too; any other script has none.
    let documents = current(work).filter(|it| matches!(it.format, Format::Recording | Format::Script) && role(work, &it.path) != Role::Noise);
    for (id, document) in (1_000..).zip(documents) {
        // Of a network log is known what was sent, not what somebody did.
        let done: Vec<&Block> =
            document.blocks.iter().filter(|it| matches!(it.kind, BlockKind::Item { .. }) && !re!(r"^(POST|PUT|PATCH|DELETE) ").is_match(&it.text)).collect();
        let mut pages: Vec<Vec<&Block>> = Vec::new();
        for block in done {
            match pages.last_mut() {
                Some(page) if !block.text.starts_with("Open ") && page.len() < MAX_DONE => page.push(block),
                _ => pages.push(vec![block]),
            }
        }
        for (n, page) in (0..).zip(pages) {
            let list: Vec<&str> = page.iter().map(|it| it.text.as_str()).collect();
            let name = document.title.clone().unwrap_or_else(|| document.name().to_owned());
            let text = work.say.in_browser(cut(&name, 8), list.join("; "));
            let anchors = page.iter().map(|it| anchor(document, it)).collect();
            let mut candidate = Candidate::new(Source::Screen, Claim::cited(text, anchors));
            candidate.topic = stems(&format!("{name} {}", list.join(" ")));
            candidate.listed = Some((id, n));
            out.push(candidate);
        }
    }
    out
}

/// Appointments of the process after the main one: the follow-up.
pub(super) fn events(work: &Work<'_>) -> Vec<Candidate> {
    let mut list: Vec<(&Document, &Block)> = current(work)
        .filter(|it| it.format == Format::Calendar)
        .flat_map(|document| document.blocks.iter().filter(|it| it.kind == BlockKind::Event).map(move |block| (document, block)))
        .collect();
    list.sort_by_key(|it| it.1.time);
    // The first event of a calendar is when the work begins or is due; it goes under «When to run it».
    list.retain(|it| crate::stops::recurs(&it.1.text));
    list.into_iter()
        .skip(1)
        .map(|(document, block)| {
            let mut candidate = Candidate::new(Source::Event, Claim::cited(work.say.follow_up(block.text.trim()), vec![anchor(document, block)]));
            candidate.actor = block.speaker.as_deref().map(|it| work.ground.people.full(it));
            candidate.kind = StepKind::Judgment;
            candidate
        })
        .collect()
}
