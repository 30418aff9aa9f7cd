//! From a folder or archive to documents: collect, read in parallel, keep what was left out and why.

use crate::memory::Memory;
use crate::scope::{Choice, refuse_too_broad};
use crate::{AppError, PictureCache};
use serde::{Deserialize, Serialize};
use sop_collect::{CollectError, Collection};
use sop_core::{Artifact, Document, Lang, LeftOut, Problem, Trace, Warned};
use sop_read::{People, Pictures, Reading};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stack of a reading thread, in bytes.
const STACK: usize = 16 << 20;

/// Which files to take.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// Files that are never opened, and named as kept out.
    pub sensitive: Vec<String>,
    /// Systems that the process may use.
    pub systems: Vec<String>,
    /// Take a whole home folder or disk, too.
    pub broad: bool,
    /// Read everything anew, whatever is remembered.
    pub fresh: bool,
}

impl SourceOptions {
    /// Adds the choice that is kept in the folder. What is given now to include goes before what is kept.
    pub(crate) fn within(&self, root: &Path) -> Result<Self, AppError> {
        if !self.broad {
            refuse_too_broad(root)?;
        }
        let kept = Choice::of(root)?;
        let mut all = self.clone();
        if all.include.is_empty() {
            all.include = kept.include;
        }
        for (list, kept) in [(&mut all.exclude, kept.exclude), (&mut all.sensitive, kept.sensitive), (&mut all.systems, kept.systems)] {
            list.extend(kept);
            list.sort();
            list.dedup();
        }
        Ok(all)
    }

    pub(crate) fn choice(&self) -> Choice {
        Choice { include: self.include.clone(), exclude: self.exclude.clone(), sensitive: self.sensitive.clone(), systems: self.systems.clone() }
    }

    pub(crate) fn collecting(&self) -> sop_collect::Options {
        sop_collect::Options {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
            sensitive: self.sensitive.clone(),
            any_size: sop_read::reads_long,
            ..sop_collect::Options::default()
        }
    }
}

/// Is told how far the reading is: files done, files in all, the file just read.
pub type Progress<'a> = &'a (dyn Fn(usize, usize, &str) + Sync);

/// Everything that was read of a folder.
#[derive(Debug)]
pub struct Gathered {
    /// Name of the folder or archive.
    pub name: String,
    pub documents: Vec<Document>,
    pub left_out: Vec<LeftOut>,
    pub problems: Vec<Problem>,
    /// `b3:` and 16 hexadecimal digits over the paths and contents of all files.
    pub digest: String,
}

/// What a draft is made of: what was traced in a folder, and what could not be read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Evidence {
    pub files_read: usize,
    pub left_out: Vec<LeftOut>,
    pub problems: Vec<Problem>,
    pub digest: String,
    pub trace: Trace,
}

/// What the user wants to be told of a folder.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Wish<'a> {
    pub process: Option<&'a str>,
    pub period: Option<&'a str>,
    pub lang: Option<Lang>,
}

/// What came of one file.
type Read = (Option<Reading>, Vec<Problem>);

/// Collects, reads and traces a folder or archive, or remembers what came of it if nothing in it has changed.
pub(crate) fn evidence(root: &Path, options: &SourceOptions, wish: &Wish<'_>, progress: Progress<'_>) -> Result<Evidence, AppError> {
    let options = options.within(root)?;
    let memory = Memory::of(root);
    let known = if options.fresh { BTreeMap::new() } else { memory.stamps() };
    let collecting = sop_collect::Options { known, ..options.collecting() };
    let collection = sop_collect::collect(root, &collecting)?;
    memory.keep_stamps(&collecting.known, &collection.stamps);
    // Whatever can change what comes out is part of the key.
    let mut key = blake3::Hasher::new();
    let asked = serde_json::to_vec(&(digest(&collection), &collection.name, &collection.left_out, &collection.problems, wish));
    key.update(&asked.unwrap_or_default());
    let key = key.finalize().to_hex().to_string();
    if !options.fresh
        && let Some(found) = memory.recall(&key)
    {
        return Ok(found);
    }
    let gathered = read_all(&collection, &PictureCache::new(), progress);
    let trace = crate::draft::trace(&gathered, wish);
    let found = Evidence { files_read: gathered.documents.len(), left_out: gathered.left_out, problems: gathered.problems, digest: gathered.digest, trace };
    memory.keep(&key, &found);
    Ok(found)
}

/// Collects and reads a folder or archive.
pub fn gather(root: &Path, options: &SourceOptions, pictures: &dyn Pictures, progress: Progress<'_>) -> Result<Gathered, AppError> {
    let collection = sop_collect::collect(root, &options.within(root)?.collecting())?;
    Ok(read_all(&collection, pictures, progress))
}

/// `b3:` and 16 hexadecimal digits over the paths and contents of all files.
fn digest(collection: &Collection) -> String {
    let mut hasher = blake3::Hasher::new();
    for artifact in &collection.artifacts {
        hasher.update(artifact.path.as_bytes());
        hasher.update(b"\0");
        hasher.update(artifact.digest.0.as_bytes());
    }
    format!("b3:{}", &hasher.finalize().to_hex()[..16])
}

fn read_all(collection: &Collection, pictures: &dyn Pictures, progress: Progress<'_>) -> Gathered {
    let total = collection.artifacts.len();
    let mut people = People::default();
    for artifact in collection.artifacts.iter().filter(|it| People::are_in(it.name())) {
        if let Ok(bytes) = collection.bytes(artifact) {
            people.add(artifact.name(), &bytes);
        }
    }
    // Threads of our own: inside rayon's pool the recognition of pictures, which uses that pool, could wait for itself.
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(total.max(1));
    let slots: Vec<Mutex<Option<Read>>> = (0..total).map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            // Deeply nested documents are read by recursion, with more stack than a thread has by itself.
            let work = || loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(artifact) = collection.artifacts.get(n) else { return };
                let read = match read_one(collection, artifact, pictures, &people) {
                    Ok(read) => (read.output, read.problems),
                    Err(err) => (None, vec![Problem { path: artifact.path.clone(), message: err.to_string(), hint: None }]),
                };
                if let Ok(mut slot) = slots[n].lock() {
                    *slot = Some(read);
                }
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, total, &sop_rules::redact_name(&artifact.path));
            };
            let thread = std::thread::Builder::new().stack_size(STACK);
            if thread.spawn_scoped(scope, work).is_err() {
                break;
            }
        }
    });
    let results = slots.into_iter().map(|it| it.into_inner().ok().flatten().unwrap_or_default());
    let mut documents = Vec::new();
    let mut left_out = collection.left_out.clone();
    let mut problems = collection.problems.clone();
    let mut withheld = Vec::new();
    for (reading, said) in results {
        problems.extend(said);
        match reading {
            Some(Reading::Document(document)) => documents.push(*document),
            Some(Reading::LeftOut(out, names)) => {
                left_out.push(out);
                withheld.extend(names);
            }
            None => {}
        }
    }
    sop_read::conceal_customers(&mut documents, withheld);
    mask_names(&mut left_out, &mut problems);
    Gathered { name: sop_rules::redact_name(&collection.name), documents, left_out, problems, digest: digest(collection) }
}

/// Names of files that no reader has seen have not been masked yet. What is sensitive comes first.
pub(crate) fn mask_names(left_out: &mut [LeftOut], problems: &mut [Problem]) {
    left_out.iter_mut().for_each(|it| it.path = sop_rules::redact_name(&it.path));
    for it in problems.iter_mut() {
        (it.path, it.message) = (sop_rules::redact_name(&it.path), sop_rules::redact_name(&sop_core::safe::one_line(&it.message)));
    }
    left_out.sort_by(|a, b| b.sensitive.cmp(&a.sensitive).then_with(|| a.path.cmp(&b.path)));
    problems.sort_by(|a, b| a.path.cmp(&b.path));
}

fn read_one(collection: &Collection, artifact: &Artifact, pictures: &dyn Pictures, people: &People) -> Result<Warned<Option<Reading>>, CollectError> {
    if artifact.size >= sop_read::LONG_FROM && sop_read::reads_long(artifact.name()) {
        return Ok(sop_read::read_long(artifact, &mut collection.open(artifact)?, pictures, people));
    }
    Ok(sop_read::read(artifact, &collection.bytes(artifact)?, pictures, people))
}
