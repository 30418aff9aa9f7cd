//! Drawings written as text for Graphviz.

use super::{Drawing, MAX_FORK};

const MAX_TOKENS: usize = 400_000;
const MAX_NESTED: usize = 100;

pub(super) fn is_graph(text: &str) -> bool {
    let head: String = text.chars().take(4_000).collect();
    let mut words = head.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty());
    words.any(|it| matches!(it.to_lowercase().as_str(), "digraph" | "graph")) && text.contains('{')
}

#[derive(Debug, PartialEq, Clone)]
enum Token {
    Word(String),
    Arrow,
    Mark(char),
}

fn tokens(text: &str) -> Vec<(Token, u32)> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    let mut line = 1;
    while let Some(c) = chars.next() {
        if tokens.len() >= MAX_TOKENS {
            break;
        }
        match c {
            '\n' => line += 1,
            c if c.is_whitespace() => {}
            '/' if chars.peek() == Some(&'/') => {
                while chars.peek().is_some_and(|it| *it != '\n') {
                    chars.next();
                }
            }
            '#' => {
                while chars.peek().is_some_and(|it| *it != '\n') {
                    chars.next();
                }
            }
            '/' if chars.peek() == Some(&'*') => {
                let mut before = ' ';
                for inner in chars.by_ref().skip(1) {
                    line += u32::from(inner == '\n');
                    if before == '*' && inner == '/' {
                        break;
                    }
                    before = inner;
                }
            }
            '-' if matches!(chars.peek(), Some('>' | '-')) => {
                chars.next();
                tokens.push((Token::Arrow, line));
            }
            '"' => {
                let (mut word, from) = (String::new(), line);
                while let Some(inner) = chars.next() {
                    match inner {
                        '"' => break,
                        '\\' if chars.peek() == Some(&'"') => word.extend(chars.next()),
                        inner => {
                            line += u32::from(inner == '\n');
                            word.push(inner);
                        }
                    }
                }
                tokens.push((Token::Word(word), from));
            }
            '<' => {
                let (mut word, from, mut depth) = (String::new(), line, 1);
                for inner in chars.by_ref() {
                    line += u32::from(inner == '\n');
                    depth += i32::from(inner == '<') - i32::from(inner == '>');
                    if depth == 0 {
                        break;
                    }
                    word.push(inner);
                }
                tokens.push((Token::Word(word), from));
            }
            '{' | '}' | '[' | ']' | ';' | ',' | '=' | ':' | '+' => tokens.push((Token::Mark(c), line)),
            c => {
                let mut word = String::from(c);
                while let Some(next) = chars.peek().copied().filter(|it| it.is_alphanumeric() || matches!(it, '_' | '.') || !it.is_ascii()) {
                    word.push(next);
                    chars.next();
                }
                tokens.push((Token::Word(word), line));
            }
        }
    }
    tokens
}

/// Reads a drawing.
pub(super) fn page(text: &str) -> Drawing {
    let tokens = tokens(text);
    let mut reading = Reading { tokens: &tokens, at: 0, drawing: Drawing::default(), lanes: Vec::new() };
    // What stands before the first bracket names the drawing.
    while let Some((token, _)) = tokens.get(reading.at) {
        reading.at += 1;
        match token {
            Token::Mark('{') => break,
            Token::Word(word) if !matches!(word.to_lowercase().as_str(), "strict" | "digraph" | "graph") => reading.drawing.name = Some(word.clone()),
            _ => {}
        }
    }
    reading.statements();
    reading.drawing
}

struct Reading<'t> {
    tokens: &'t [(Token, u32)],
    at: usize,
    drawing: Drawing,
    /// The label of each open group.
    lanes: Vec<Option<String>>,
}

impl Reading<'_> {
    fn next_is(&self, token: &Token) -> bool {
        self.tokens.get(self.at).is_some_and(|it| it.0 == *token)
    }

    fn statements(&mut self) {
        while let Some((token, line)) = self.tokens.get(self.at) {
            self.at += 1;
            match token {
                Token::Mark('}') => drop(self.lanes.pop()),
                Token::Mark('{') if self.lanes.len() < MAX_NESTED => self.lanes.push(None),
                Token::Mark('[') => drop(self.attributes()),
                Token::Word(word) if word.eq_ignore_ascii_case("subgraph") => {
                    while matches!(self.tokens.get(self.at), Some((Token::Word(_), _))) {
                        self.at += 1;
                    }
                }
                Token::Word(word) if matches!(word.to_lowercase().as_str(), "node" | "edge" | "graph") && self.next_is(&Token::Mark('[')) => {
                    self.at += 1;
                    let label = self.attributes();
                    if word.eq_ignore_ascii_case("graph") {
                        self.name(label);
                    }
                }
                Token::Word(word) if self.next_is(&Token::Mark('=')) => {
                    self.at += 1;
                    let value = self.word();
                    if word.eq_ignore_ascii_case("label") {
                        self.name(value);
                    }
                }
                Token::Word(word) => self.chain(word.clone(), *line),
                _ => {}
            }
        }
    }

    fn name(&mut self, label: Option<String>) {
        match self.lanes.last_mut() {
            Some(lane) => *lane = label.map(|it| super::clean(&it)),
            None => self.drawing.name = label.map(|it| super::clean(&it)).or(self.drawing.name.take()),
        }
    }

    fn word(&mut self) -> Option<String> {
        match self.tokens.get(self.at) {
            Some((Token::Word(word), _)) => {
                self.at += 1;
                Some(word.clone())
            }
            _ => None,
        }
    }

    /// Reads `[label="..", color=red]` behind its bracket, and returns the label.
    fn attributes(&mut self) -> Option<String> {
        let mut label = None;
        while let Some((token, _)) = self.tokens.get(self.at) {
            self.at += 1;
            match token {
                Token::Mark(']') => break,
                Token::Word(key) if self.next_is(&Token::Mark('=')) => {
                    self.at += 1;
                    let value = self.word();
                    if matches!(key.to_lowercase().as_str(), "label" | "xlabel") {
                        label = value.or(label);
                    }
                }
                _ => {}
            }
        }
        label
    }

    /// `a -> b -> {c d} [label="yes"]`
    fn chain(&mut self, first: String, line: u32) {
        let lane = self.lanes.iter().rev().find_map(Clone::clone);
        let mut steps: Vec<Vec<String>> = vec![vec![first]];
        loop {
            // A port says where on the shape an arrow starts.
            while self.next_is(&Token::Mark(':')) {
                self.at += 1;
                self.word();
            }
            if !self.next_is(&Token::Arrow) {
                break;
            }
            self.at += 1;
            let mut here = Vec::new();
            if self.next_is(&Token::Mark('{')) {
                self.at += 1;
                while self.at < self.tokens.len() && !self.next_is(&Token::Mark('}')) {
                    match self.word() {
                        Some(word) if here.len() < MAX_FORK => here.push(word),
                        Some(_) => {}
                        None => self.at += 1,
                    }
                }
                self.at += 1;
            } else if let Some(word) = self.word() {
                here.push(word);
            }
            if here.is_empty() {
                break;
            }
            steps.push(here);
        }
        let label = if self.next_is(&Token::Mark('[')) {
            self.at += 1;
            self.attributes()
        } else {
            None
        };
        let alone = steps.len() == 1;
        for id in steps.iter().flatten() {
            // A shape belongs to the lane it is described in, not to one that an arrow is drawn in.
            self.drawing.shape(id, label.as_deref().filter(|_| alone), lane.as_deref(), Some(line));
        }
        for pair in steps.windows(2) {
            for from in &pair[0] {
                for to in &pair[1] {
                    self.drawing.arrow(from, to, label.as_deref().unwrap_or_default(), Some(line));
                }
            }
        }
    }
}
