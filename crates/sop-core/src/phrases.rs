//! What we ourselves write in a draft, in every language that a draft can be written in. What people said stays as it is.
//!
//! A language is one file in `phrases/` and a line in [`ALL`]; it does not compile before it has every phrase.

mod de;
mod en;
mod es;
mod fr;

use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// The languages of drafts. Among equals the first one is taken.
const ALL: [Lang; 4] = [Lang(&en::PHRASES), Lang(&de::PHRASES), Lang(&fr::PHRASES), Lang(&es::PHRASES)];

/// A language that a draft can be written in.
#[derive(Clone, Copy)]
pub struct Lang(&'static Phrases);

impl Lang {
    /// Returns every language, English first.
    pub fn all() -> impl Iterator<Item = Lang> {
        ALL.into_iter()
    }

    /// Finds a language by its code: `de`.
    pub fn of(code: &str) -> Option<Lang> {
        Self::all().find(|it| it.code == code)
    }

    /// Returns the language of a few words, such as `a new operations assistant`, if its small words tell.
    pub fn of_words(text: &str) -> Option<Lang> {
        let lower = text.to_lowercase();
        let count = |say: Lang| lower.split(|c: char| !c.is_alphabetic()).filter(|it| say.small_words.contains(it)).count();
        let most = Self::all().map(count).max().filter(|it| *it > 0)?;
        let mut best = Self::all().filter(|say| count(*say) == most);
        best.next().filter(|_| best.next().is_none())
    }

    pub fn is_english(self) -> bool {
        self == Lang::default()
    }

    /// Says in this language why a file was kept out, if the reason is one that is known.
    pub fn reason(self, english: &str) -> Option<&'static str> {
        let at = Lang::default().reasons().iter().position(|it| *it == english)?;
        self.reasons().get(at).copied()
    }
}

impl Default for Lang {
    fn default() -> Self {
        ALL[0]
    }
}

impl std::ops::Deref for Lang {
    type Target = Phrases;

    fn deref(&self) -> &Phrases {
        self.0
    }
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Lang {}

impl fmt::Debug for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl Serialize for Lang {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Lang {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Lang::of(&code).ok_or_else(|| serde::de::Error::custom(format!("no language is called `{code}`")))
    }
}

/// Declares the phrases: those that stand as they are, and those with `{names}` that are filled in.
macro_rules! phrases {
    (plain { $($plain:ident)* } reasons { $($reason:ident)* } filled { $($name:ident($($gap:ident),+))* }) => {
        /// Every phrase in one language.
        pub struct Phrases {
            /// Code of the language: `de`.
            pub code: &'static str,
            /// Its English name.
            pub name: &'static str,
            /// Its code of three letters: `deu`.
            pub iso: &'static str,
            /// Small words by which a few words of this language are known.
            pub small_words: &'static [&'static str],
            /// Whether nouns begin with a capital letter.
            pub nouns_are_capital: bool,
            $(pub $plain: &'static str,)*
            $($reason: &'static str,)*
            $($name: &'static str,)*
        }

        impl Phrases {
            $(pub fn $name(&self, $($gap: impl Display),+) -> String {
                fill(self.$name, &[$((stringify!($gap), &$gap)),+])
            })*

            fn reasons(&self) -> Vec<&'static str> {
                vec![$(self.$reason),*]
            }

            /// Every phrase as it stands, with its gaps: `Email {what} to {people}`.
            pub fn texts(&self) -> Vec<&'static str> {
                vec![$(self.$plain,)* $(self.$name,)*]
            }

            /// Every phrase with its name and what has to be filled in.
            #[cfg(test)]
            fn list(&self) -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
                vec![
                    $((stringify!($plain), self.$plain, Vec::new()),)*
                    $((stringify!($reason), self.$reason, Vec::new()),)*
                    $((stringify!($name), self.$name, vec![$(stringify!($gap)),+]),)*
                ]
            }
        }
    };
}

phrases! {
    plain {
        // Headings of the page.
        purpose trigger owner prerequisites tools inputs steps decisions gates checks failures escalation output terms questions
        disagreements left_out evidence
        // The head, the ends of statements, the list of evidence.
        new_assistant not_known inferred asked stated column_id column_file column_place column_quote mechanical judgment
        // Small words. `stop` opens what holds the work.
        stop colon and or month week quarter
        // Places in files.
        whole_file columns
        // Gates, people and questions.
        a_second_person stop_second_person stop_see_gates
        ask_purpose ask_rhythm ask_approver ask_escalation ask_failures ask_performer ask_overall ask_steps
        every_month every_week every_quarter
        // Steps.
        the_mail checklist no_step no_step_though_agreed
        shown_on_screen
        // What a machine must have.
        tool_shell tool_typescript tool_sql tool_office tool_power_query
        // Rules by which something is inferred or asked.
        by_acts by_same_value by_missing_section by_belonging by_periods by_names by_talk by_imports by_first_row by_old_name
        by_missing_file by_unread_key by_untraced by_open_question by_no_cover by_two_settings by_term by_unused_list by_member
        by_two_limits by_language
    }
    // Why a file was kept out or could not be read; the stages give the English.
    reasons {
        passwords private_key payroll_data home_addresses owners_drawings identity_paper bank_statement household_bill
        employment_contract legal_letter medical_data sickness_records bank_and_tax birth_dates interview_notes winners_address
        your_scope empty_file damaged_in_archive
    }
    filled {
        line(line) lines(from, to) page_line(page, line) paragraph(n) table_row(table, row) note_on(place) comment(n) slide_line(slide, line)
        row(row) table(table) message_line(message, line) commit(id) commit_line(id, line) region(at, size) cell_line(cell, line) cell_lines(cell, from, to)
        output_line(cell, line)

        done_when(what) stop_without(what) stop_decides(person) stop_condition(person) stop_wait(person) stop_above(amount, person)
        stop_up_to(own, amount, person) the_role(role) does_the_work(person) approves(person, said) figure_is(figure, source)
        compare_figures(list) folder_silent(list, looked) looked_in(files) ask_person(person) not_part(files) not_read(files)
        left_out_list(list) unreadable(why) and_more(list, n) kept_by(rhythm, period) by_days(rhythm, days)
        parameter(token, period, value, before) value_before(value) on_topic(speaker, topic, said)

        run(command) run_notebook(file) render(file) run_in_database(file) run_macro(file) refresh_queries(file) run_apps_script(file)
        done_written(files) done_written_log(files, line) done_log(line) run_besides(command) it_runs(command) copy(command)
        then_clear(command) clear(command) save_download(file) read(file) edit(file) open(file) keep_up_to_date(file) bring(file)
        head_must_read(list) write_document(file) with_headings(list) under_headings(list) go_through(table, marked, people, said)
        marked(list) checklist_row(n) in_cell(file, cell, said) wait_step(person, see, said) email(what, people) subject(subject)
        as_did(person, said) set_on_screen(screen, list) in_browser(name, list) follow_up(event)

        exit(script, code) stops(script) limit(list) on_date(date) last_seen(date, line) seen(date) or_else(one, other) last_time(said)
        holds(script, list) finds_fault(script, list) set_first(name) stops_without(script, said) scripts_need(list) rows_this_time(n)
        needs_columns(list) table_with_columns(file, n, list) here(general, file) goes_out(list) run_leaves(list) begins_with(task)
        machine_starts(tool, what, time) says(place, label, verdicts) in_book(file, list)

        page_says_now(page, said, now, source) still_names(page, person, said) now_does(person) page_says(page, said)
        page_names_dead(page, said, file, why) page_names_missing(page, said, file) done_with(script) calendar_says(page, said, event)
        unread_key(key, file) no_trace(page, list)

        asked_by(person, said) leaves_open(file, said) who_stands_in(people) which_setting(key, one, there, other, here)
        missed_term(said) who_applies(file, shown) was_it_done(person, file, said, rule) which_limit(code, one, file, other, source)
        place_in(place, file) total_of(column, file) further_files(n) other_language(language, percent)
    }
}

/// Puts values where a pattern has their names. What a value holds is never filled in again.
fn fill(pattern: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut out = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = after.split_once('}').and_then(|(name, behind)| values.iter().find(|it| it.0 == name).map(|it| (it.1, behind)));
        match found {
            Some((value, behind)) => {
                out.push_str(&value.to_string());
                rest = behind;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_language_fills_in_the_same() {
        for lang in Lang::all() {
            for (name, text, gaps) in lang.list() {
                let found: Vec<&str> = text.split('{').skip(1).filter_map(|it| it.split_once('}')).map(|it| it.0).collect();
                let wanted: BTreeSet<&str> = gaps.iter().copied().collect();
                assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), wanted, "{lang:?} {name}: {text}");
                assert_eq!(found.len(), wanted.len(), "{lang:?} {name} says something twice: {text}");
                assert!(!text.trim().is_empty(), "{lang:?} {name} is empty");
            }
        }
    }

    #[test]
    fn marks_of_the_page_are_the_same_in_every_language() {
        let marks = |text: &str| (text.matches('`').count(), text.matches("**").count(), text.matches('“').count(), text.matches('”').count());
        for lang in Lang::all() {
            for ((name, text, _), (_, english, _)) in lang.list().into_iter().zip(Lang::default().list()) {
                assert_eq!(marks(text), marks(english), "{lang:?} {name}: {text}");
            }
        }
    }

    #[test]
    fn a_language_is_known_by_its_code_and_no_two_share_one() {
        for lang in Lang::all() {
            assert_eq!(Lang::of(lang.code), Some(lang));
            assert_eq!(serde_json::from_str::<Lang>(&serde_json::to_string(&lang).unwrap()).unwrap(), lang);
        }
        assert!(Lang::of("xx").is_none() && serde_json::from_str::<Lang>("\"xx\"").is_err());
    }

    #[test]
    fn a_few_words_tell_their_language() {
        let code = |text: &str| Lang::of_words(text).map(|it| it.code);
        assert_eq!(code("a new operations assistant"), Some("en"));
        assert_eq!(code("eine Vertretung für die Buchhaltung"), Some("de"));
        assert_eq!(code("une nouvelle assistante"), Some("fr"));
        assert_eq!(code("una persona nueva en la oficina"), Some("es"));
        assert_eq!(code("Finance"), None);
    }

    #[test]
    fn what_is_filled_in_is_not_filled_in_again() {
        assert_eq!(fill("{a} and {b} {c", &[("a", &"{b}"), ("b", &1)]), "{b} and 1 {c");
    }
}
