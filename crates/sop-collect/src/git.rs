//! The history that a repository of git keeps, told as `git log` would tell it.
//!
//! Only what git has stored is looked at: neither the program nor the settings and hooks of a strange repository are ever
//! used, and nothing that points to a place outside of it is followed.

mod files;
mod log;
mod objects;

pub(crate) use files::Files;

use objects::Objects;
use sop_core::Digest;

/// A reference may point to another; more than this is a circle.
const MAX_LINKS: usize = 5;
/// The list of references of a repository with tens of thousands of branches.
const MAX_REFERENCES: u64 = 16 << 20;

/// Names what a commit, a folder or a file of the history is kept under: 20 or 32 bytes.
pub(crate) type Id = Vec<u8>;

/// The history of a folder, from its newest commit on.
#[derive(Debug)]
pub(crate) struct Repository {
    files: Files,
    tips: Vec<Id>,
}

impl Repository {
    /// Finds where the history begins. `None` if nothing was ever committed.
    pub fn open(files: Files) -> Result<Option<Self>, &'static str> {
        let references = References::of(&files);
        let mut tips: Vec<Id> = references.head().into_iter().collect();
        // A branch that nobody has committed to yet, or a copy without one: what there is counts.
        if tips.is_empty() {
            tips = references.branches();
        }
        if !tips.is_empty() {
            return Ok(Some(Self { files, tips }));
        }
        match files.exists("reftable") {
            true => Err("the version history is kept in a way that has no reader (reftable)"),
            false => Ok(None),
        }
    }

    /// Stands for all of the history: a commit names everything before it, unless the copy is shallow.
    pub fn digest(&self) -> Digest {
        let mut hasher = blake3::Hasher::new();
        self.tips.iter().for_each(|it| {
            hasher.update(it);
        });
        hasher.update(&self.files.read("shallow", MAX_REFERENCES).unwrap_or_default());
        Digest(hasher.finalize().to_hex().to_string())
    }

    /// How much git keeps, in bytes.
    pub fn size(&self) -> u64 {
        self.files.size()
    }

    /// Tells the newest commits as `git log --name-status --no-renames --no-merges --date=iso` does, and ends with
    /// a line that starts with `#` for each thing that a reader must know.
    pub fn log(&self) -> Vec<u8> {
        let width = self.tips.first().map_or(20, Vec::len);
        log::tell(&mut Objects::new(&self.files, width), &self.tips)
    }
}

/// What branches and tags point to.
struct References<'a> {
    files: &'a Files,
    /// Those that were moved into one file.
    packed: String,
}

impl<'a> References<'a> {
    fn of(files: &'a Files) -> Self {
        let packed = files.read("packed-refs", MAX_REFERENCES).unwrap_or_default();
        Self { files, packed: String::from_utf8_lossy(&packed).into_owned() }
    }

    fn head(&self) -> Option<Id> {
        self.follow("HEAD", 0)
    }

    fn follow(&self, name: &str, depth: usize) -> Option<Id> {
        let safe = name == "HEAD" || name.starts_with("refs/") && !name.split('/').any(|it| it.is_empty() || it.starts_with('.')) && !name.contains('\\');
        if depth > MAX_LINKS || !safe {
            return None;
        }
        let Some(text) = self.files.read(name, 4_096) else { return self.packed(name) };
        let text = String::from_utf8_lossy(&text);
        match text.trim().strip_prefix("ref:") {
            Some(next) => self.follow(next.trim(), depth + 1),
            None => id_of_hex(text.trim()),
        }
    }

    fn packed(&self, name: &str) -> Option<Id> {
        let (hex, _) = self.packed.lines().filter_map(|it| it.split_once(' ')).find(|it| it.1.trim() == name)?;
        id_of_hex(hex)
    }

    fn branches(&self) -> Vec<Id> {
        let loose = self.files.names("refs/heads").into_iter().filter_map(|it| self.follow(&format!("refs/heads/{it}"), 0));
        let packed = self.packed.lines().filter_map(|it| it.split_once(' ')).filter(|it| it.1.starts_with("refs/")).filter_map(|it| id_of_hex(it.0));
        let mut tips: Vec<Id> = loose.chain(packed).collect();
        tips.sort();
        tips.dedup();
        tips
    }
}

fn id_of_hex(hex: &str) -> Option<Id> {
    let digit = |it: u8| char::from(it).to_digit(16).map(|it| it as u8);
    if !matches!(hex.len(), 40 | 64) {
        return None;
    }
    hex.as_bytes().chunks_exact(2).map(|it| Some(digit(it[0])? << 4 | digit(it[1])?)).collect()
}

fn hex_of(id: &[u8]) -> String {
    id.iter().map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Collection, Options, collect};
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    /// A repository that git made, as an archive, and what `git log` says of it.
    const CLOSE: &str = "close.tar.gz";
    const LOG: &str = include_str!("../tests/files/close.log");

    fn file(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
    }

    /// The repository in a folder of its own, for a test to change.
    fn unpacked(test: &str) -> PathBuf {
        let dir = std::env::temp_dir().join(format!("sop-git-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let file = std::fs::File::open(file(CLOSE)).unwrap();
        tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(&dir).unwrap();
        dir.join("close")
    }

    fn collected(root: &Path) -> Collection {
        collect(root, &Options::default()).unwrap()
    }

    fn log_of(found: &Collection, path: &str) -> Option<String> {
        let artifact = found.artifacts.iter().find(|it| it.path == path)?;
        Some(String::from_utf8(found.bytes(artifact).unwrap()).unwrap())
    }

    fn pack(root: &Path) -> PathBuf {
        let entries = std::fs::read_dir(root.join(".git/objects/pack")).unwrap();
        entries.map(|it| it.unwrap().path()).find(|it| it.extension().is_some_and(|it| it == "pack")).unwrap()
    }

    #[test]
    fn the_history_is_told_as_git_tells_it() {
        let root = unpacked("told");
        let on_disk = collected(&root);
        assert_eq!(log_of(&on_disk, ".git").unwrap().trim_end(), LOG.trim_end());
        let packed = collected(&file(CLOSE));
        assert_eq!(log_of(&packed, ".git").unwrap().trim_end(), LOG.trim_end());
        let id = |found: &Collection| found.artifacts.iter().find(|it| it.path == ".git").unwrap().id.clone();
        assert_eq!(id(&on_disk), id(&packed));
        // Nothing else of what git keeps is read.
        assert!(!on_disk.artifacts.iter().any(|it| it.path.starts_with(".git/")));
        std::fs::remove_dir_all(root.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_repository_without_a_work_folder_is_its_history() {
        let root = unpacked("bare");
        let bare = root.join(".git");
        assert_eq!(log_of(&collected(&bare), ".git").unwrap().trim_end(), LOG.trim_end());
        std::fs::rename(&bare, root.join("close.git")).unwrap();
        assert_eq!(log_of(&collected(&root), "close.git").unwrap().trim_end(), LOG.trim_end());
        std::fs::remove_dir_all(root.parent().unwrap()).unwrap();
    }

    #[test]
    fn what_is_missing_of_a_history_is_said() {
        let root = unpacked("shallow");
        std::fs::remove_file(pack(&root)).unwrap();
        let log = log_of(&collected(&root), ".git").unwrap();
        assert!(log.contains("Summary of October") && !log.contains("Summary of September"), "{log}");
        // All that there is looks new beside nothing.
        assert!(!log.contains("A\tclose.py"), "{log}");
        assert!(log.ends_with("# older commits are not in this copy of the repository, or are damaged\n"), "{log}");
        std::fs::remove_dir_all(root.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_damaged_or_hostile_repository_is_survived() {
        let root = unpacked("damaged");
        let pack = pack(&root);
        let mut permissions = std::fs::metadata(&pack).unwrap().permissions();
        #[expect(clippy::permissions_set_readonly_false, reason = "git writes its packs read-only; this one is thrown away")]
        permissions.set_readonly(false);
        std::fs::set_permissions(&pack, permissions).unwrap();
        let index = pack.with_extension("idx");
        std::fs::set_permissions(&index, std::fs::metadata(&pack).unwrap().permissions()).unwrap();
        let mut seed = 0x9E37_79B9_u32;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed as usize % below
        };
        for file in [&pack, &index] {
            let whole = std::fs::read(file).unwrap();
            for n in 0..100 {
                let mut bytes = whole.clone();
                if n % 3 == 0 {
                    bytes.truncate(next(whole.len()));
                }
                for _ in 0..=n / 4 {
                    let at = next(whole.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = next(256) as u8;
                    }
                }
                std::fs::write(file, bytes).unwrap();
                assert!(log_of(&collected(&root), ".git").is_some());
            }
            std::fs::write(file, whole).unwrap();
        }
        for head in ["ref: refs/../../../etc/passwd\n", "ref: HEAD\n", "", "ref: refs/heads/none\n", "f00"] {
            std::fs::write(root.join(".git/HEAD"), head).unwrap();
            // The branches say what the head does not.
            assert!(log_of(&collected(&root), ".git").is_some_and(|it| it.contains("Summary of October")), "{head:?}");
        }
        std::fs::remove_dir_all(root.parent().unwrap()).unwrap();
    }

    /// Folders in folders, each named many times over: to list them all would take years.
    #[test]
    fn folders_without_end_are_not_followed() {
        let root = unpacked("bomb");
        let put = |id: &str, kind: &str, body: &[u8]| {
            let folder = root.join(".git/objects").join(&id[..2]);
            std::fs::create_dir_all(&folder).unwrap();
            let mut packed = flate2::write::ZlibEncoder::new(std::fs::File::create(folder.join(&id[2..])).unwrap(), flate2::Compression::fast());
            packed.write_all(&[format!("{kind} {}\0", body.len()).as_bytes(), body].concat()).unwrap();
            packed.finish().unwrap();
        };
        let id = |n: u8| super::hex_of(&[n; 20]);
        for n in 1..30 {
            let entries: Vec<u8> = (0..20).flat_map(|name| [format!("40000 {name}\0").as_bytes(), &[n + 1; 20]].concat()).collect();
            put(&id(n), "tree", &entries);
        }
        put(&id(30), "tree", b"");
        let commit = format!("tree {}\nauthor A <a@x.example> 1793000000 +0100\ncommitter A <a@x.example> 1793000000 +0100\n\nall\n", id(1));
        put(&id(99), "commit", commit.as_bytes());
        std::fs::write(root.join(".git/HEAD"), id(99)).unwrap();
        let log = log_of(&collected(&root), ".git").unwrap();
        assert!(log.contains("    all\n"), "{log}");
        std::fs::remove_dir_all(root.parent().unwrap()).unwrap();
    }

    #[test]
    fn the_scope_holds_for_the_history() {
        let options = |sensitive: &[&str], include: &[&str]| Options {
            sensitive: sensitive.iter().map(|it| (*it).to_owned()).collect(),
            include: include.iter().map(|it| (*it).to_owned()).collect(),
            ..Options::default()
        };
        let check = |options: &Options, expected: &str| {
            let found = collect(&file(CLOSE), options).unwrap();
            assert!(log_of(&found, ".git").is_none());
            assert!(found.left_out.iter().any(|it| format!("{}: {}", it.path, it.reason) == expected), "{:?}", found.left_out);
        };
        check(&options(&[".git"], &[]), ".git: kept out by your scope");
        check(&options(&[], &["raw/**"]), ".git/: outside your scope");
    }
}
