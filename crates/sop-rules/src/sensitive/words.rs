//! A text that is asked for hundreds of phrases, few of which are there.

/// Bits that the words of a text are noted in. More than there are words on the first pages of anything.
const BITS: u64 = 1 << 15;

/// A text in lower case, with a note of which words may stand in it.
pub(super) struct Words {
    text: String,
    /// One bit a word, by its hash.
    seen: Vec<u64>,
}

impl Words {
    pub fn of(text: String) -> Self {
        let mut seen = vec![0; (BITS / 64) as usize];
        hashes(&text, |hash| {
            seen[(hash / 64) as usize] |= 1 << (hash % 64);
            true
        });
        Self { text, seen }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a word or phrase stands in the text, not as part of a longer word.
    pub fn have(&self, phrase: &str) -> bool {
        let open = |at: Option<char>| at.is_none_or(|it| !it.is_alphanumeric());
        let stands = |(at, it): (usize, &str)| open(self.text[..at].chars().next_back()) && open(self.text[at + it.len()..].chars().next());
        hashes(phrase, |hash| self.seen[(hash / 64) as usize] & 1 << (hash % 64) != 0) && self.text.match_indices(phrase).any(stands)
    }
}

/// Hands on the hash of each word until one is refused; says whether all were taken.
fn hashes(text: &str, mut take: impl FnMut(u64) -> bool) -> bool {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    let mut hash = START;
    for c in text.chars() {
        if c.is_alphanumeric() {
            hash = (hash ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3);
        } else if hash != START && !take((hash >> 20) % BITS) {
            return false;
        } else {
            hash = START;
        }
    }
    hash == START || take((hash >> 20) % BITS)
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_phrase_is_found_between_words_only() {
        let words = Words::of("the net pay, l'employeur, 2x pré-avis".to_owned());
        assert!(words.have("net pay") && words.have("l'employeur") && words.have("pré-avis") && words.have("2x"));
        assert!(!words.have("et pay") && !words.have("pay net") && !words.have("employ") && !words.have("pré avis"));
    }
}
