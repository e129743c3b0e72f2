//! The check of the whole log, offline: it needs the database and the log's public key, no other party and no secret.

use std::collections::{HashMap, VecDeque};

use ipse_jose::VerifyingKey;
use ipse_protocol::merkle;
use ipse_protocol::receipt::{CHECKPOINT_TYP, Checkpoint as Head, Leaf, PROMISE_TYP, Promise};
use ipse_store::receipt::{self, Checkpoint, Logged};
use ipse_store::{Store, StoreError, Tx};

use crate::error::Error;

/// What a check of the whole log found.
#[derive(Debug, serde::Serialize)]
pub struct Report {
    /// Leaves that hold.
    pub entries: u64,
    /// Signed heads that hold.
    pub heads: u64,
    /// Rows of the database whose MAC was checked; none if there were no keys to check them with.
    pub rows: Option<u64>,
    /// The first thing that does not hold: which entry, and what is wrong with it.
    pub wrong: Option<String>,
}

/// Recomputes the tree from the leaves alone, and holds against it every stored node, every signed head, the promise that was
/// given with each receipt, the place of each receipt, and the receipt of each decision. If the store has the keys of rows
/// (`rows`), it also checks the MAC of each row.
///
/// # Errors
/// When the store fails.
pub async fn verify(
    store: &Store,
    key: &VerifyingKey,
    issuer: &str,
    rows: bool,
) -> Result<Report, Error> {
    let mut check = Check {
        store,
        key,
        issuer,
        tree: merkle::Frontier::default(),
        heads: VecDeque::new(),
        sound: 0,
        unvouched: None,
        report: Report {
            entries: 0,
            heads: 0,
            rows: None,
            wrong: None,
        },
    };
    check.report.wrong = check.run().await?;
    if rows {
        let found = crate::rows::check(store)?;
        check.report.rows = Some(found.rows);
        let wrong = found.wrong.map(|row| {
            format!("a row was not written by this scheme, or was changed since: {row}")
        });
        check.report.wrong = check.report.wrong.or(wrong);
    }
    Ok(check.report)
}

struct Check<'a> {
    store: &'a Store,
    key: &'a VerifyingKey,
    issuer: &'a str,
    tree: merkle::Frontier,
    heads: VecDeque<Checkpoint>,
    /// Size of the last head that held: what is wrong comes after it.
    sound: u64,
    /// The first entry after it for which no promise vouches.
    unvouched: Option<u64>,
    report: Report,
}

impl Check<'_> {
    async fn run(&mut self) -> Result<Option<String>, Error> {
        loop {
            let from = self.tree.size();
            let page = self.store.read(move |tx| Page::read(tx, from)).await?;
            for entry in &page.entries {
                if let Some(wrong) = self.entry(entry, &page.nodes).await? {
                    return Ok(Some(wrong));
                }
            }
            // The log may be growing meanwhile: a head counts as one too far only if its entries are still missing after it was seen.
            if page.entries.is_empty() {
                match self.next_head(from).await? {
                    Some(_) if self.grown(from).await? => {}
                    Some(size) => {
                        return Ok(Some(format!(
                            "entry {from} is missing: a signed head names {size} entries"
                        )));
                    }
                    None => break,
                }
            }
        }
        if let Some(receipt) = self.store.read(receipt::lost).await? {
            return Ok(Some(format!(
                "receipt {receipt} is neither in the log, at its place, nor waiting for one"
            )));
        }
        if let Some(action) = self.store.read(receipt::unproven).await? {
            return Ok(Some(format!(
                "action {action} is decided, but has no receipt of its own"
            )));
        }
        let granted = self.store.read(receipt::ungranted).await?;
        Ok(granted.map(|action| {
            format!("action {action} gave a partner something, but was never approved")
        }))
    }

    async fn grown(&self, from: u64) -> Result<bool, Error> {
        let last = self.store.read(receipt::last_position).await?;
        Ok(last.is_some_and(|last| last as u64 >= from))
    }

    async fn entry(
        &mut self,
        entry: &Logged,
        nodes: &HashMap<(u32, u64), Vec<u8>>,
    ) -> Result<Option<String>, Error> {
        let at = self.tree.size();
        if entry.position as u64 != at {
            return Ok(Some(format!("entry {at} is missing")));
        }
        if Leaf::parse(&entry.leaf).is_none() {
            return Ok(Some(format!("entry {at} is not a leaf")));
        }
        let hash = merkle::leaf_hash(&entry.leaf);
        for (level, subtree) in (0..).zip(self.tree.push(hash)) {
            let stored = nodes.get(&(level, at >> level)).map(Vec::as_slice);
            if stored == Some(&subtree[..]) {
                continue;
            }
            return Ok(Some(if level == 0 {
                format!("entry {at} was changed after it was logged")
            } else {
                let first = at >> level << level;
                format!(
                    "{} changed: the stored hash over them is another",
                    span(first, at + 1)
                )
            }));
        }
        match self.vouched(entry, &hash) {
            Some(true) => {}
            Some(false) => {
                return Ok(Some(format!(
                    "entry {at} was changed: another leaf was promised with its receipt"
                )));
            }
            None => {
                self.unvouched.get_or_insert(at);
            }
        }
        if self.next_head(at).await? == Some(at + 1)
            && let Some(head) = self.heads.pop_front()
        {
            if let Some(why) = self.wrong_head(&head) {
                let whose = match self.unvouched {
                    Some(entry) => span(entry, entry + 1),
                    None => span(self.sound, at + 1),
                };
                return Ok(Some(format!(
                    "{whose} changed, removed or moved: the signed head over {} entries {why}",
                    at + 1
                )));
            }
            self.sound = at + 1;
            self.unvouched = None;
            self.report.heads += 1;
        }
        self.report.entries += 1;
        Ok(None)
    }

    /// Whether the promise that left with the receipt is about this leaf; nothing if there is no receipt to ask.
    fn vouched(&self, entry: &Logged, hash: &[u8; 32]) -> Option<bool> {
        let promise = entry.promise.as_deref()?;
        let held = ipse_jose::jws::decode_unverified(promise, 4096)
            .ok()
            .filter(|parsed| parsed.verify(self.key, &[PROMISE_TYP]).is_ok())
            .and_then(|parsed| ipse_jose::strict_json::<Promise>(&parsed.payload).ok());
        Some(held.is_some_and(|p| p.leaf.0 == *hash && p.receipt == entry.receipt))
    }

    /// Size of the next signed head over more than `after` entries. One that is signed late, over entries that were passed
    /// already, is left to the next check: its tree is gone, and it accuses nobody.
    async fn next_head(&mut self, after: u64) -> Result<Option<u64>, Error> {
        if self.heads.is_empty() {
            let page = self
                .store
                .read(move |tx| receipt::checkpoints_after(tx, after as i64))
                .await?;
            self.heads = page.into();
        }
        Ok(self.heads.front().map(|head| head.size as u64))
    }

    fn wrong_head(&self, head: &Checkpoint) -> Option<&'static str> {
        let Ok(parsed) = ipse_jose::jws::decode_unverified(&head.jws, 4096) else {
            return Some("is not a signature");
        };
        if parsed.verify(self.key, &[CHECKPOINT_TYP]).is_err() {
            return Some("does not verify");
        }
        let Ok(payload) = ipse_jose::strict_json::<Head>(&parsed.payload) else {
            return Some("does not parse");
        };
        if payload.origin != self.issuer || payload.size != head.size as u64 {
            return Some("is of another log");
        }
        let root = self.tree.root();
        if payload.root.0 != root || head.root != root {
            return Some("has another root");
        }
        None
    }
}

/// Up to 1000 entries with the hashes of all subtrees that they complete.
struct Page {
    entries: Vec<Logged>,
    nodes: HashMap<(u32, u64), Vec<u8>>,
}

impl Page {
    fn read(tx: &mut Tx, from: u64) -> Result<Self, StoreError> {
        let entries = receipt::logged_from(tx, from as i64)?;
        let end = entries.last().map_or(from, |last| last.position as u64 + 1);
        let mut nodes = HashMap::new();
        for level in (0..64).take_while(|level| end >> level > from >> level) {
            let (first, beyond) = (from >> level, end >> level);
            for (at, hash) in receipt::nodes(tx, level.into(), first as i64, beyond as i64)? {
                nodes.insert((level, at as u64), hash);
            }
        }
        Ok(Self { entries, nodes })
    }
}

/// Names the entries `first..beyond`, with the verb that a message goes on with.
fn span(first: u64, beyond: u64) -> String {
    if beyond - first <= 1 {
        format!("entry {first} was")
    } else {
        format!("one of the entries {first} to {} was", beyond - 1)
    }
}
