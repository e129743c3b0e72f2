//! The log: an append-only Merkle tree (RFC 9162) over every decision, with signed heads.

use ipse_protocol::merkle;
use ipse_store::receipt::{self, Checkpoint};
use ipse_store::{StoreError, Tx};

use crate::Scheme;
use crate::error::Error;

impl Scheme {
    /// Gives the leaves that wait their places and signs the new head. Says how many there were.
    ///
    /// The tree's own work is a few hashes per leaf; the head is signed outside the transaction, and a head is kept
    /// only for a size that was committed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sequence_log(&self) -> Result<usize, Error> {
        let (count, size) = self
            .store
            .write(|tx| {
                let queued = receipt::queued(tx)?;
                let mut size = next_position(tx)?;
                for (id, leaf) in &queued {
                    receipt::place(tx, id, leaf, size as i64)?;
                    add(tx, size, merkle::leaf_hash(leaf))?;
                    size += 1;
                }
                Ok((queued.len(), size))
            })
            .await?;
        self.sign_head(size).await?;
        Ok(count)
    }

    async fn sign_head(&self, size: u64) -> Result<(), Error> {
        if size == 0 {
            return Ok(());
        }
        let (root, now) = self
            .store
            .read(move |tx| {
                let signed = receipt::latest_checkpoint(tx)?.map_or(0, |c| c.size as u64);
                let root = if signed < size {
                    Some(range(tx, 0, size)?)
                } else {
                    None
                };
                Ok((root, tx.now()?))
            })
            .await?;
        let Some(root) = root else { return Ok(()) };
        let head = Checkpoint {
            size: size as i64,
            root: root.to_vec(),
            jws: self.signer.checkpoint(size, &root, now),
        };
        let kept = self
            .store
            .write(move |tx| receipt::add_checkpoint(tx, &head, now))
            .await;
        match kept {
            // Another node signed this size: the tree is the same, so is the root.
            Ok(()) | Err(StoreError::Unique(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn next_position(tx: &mut Tx) -> Result<u64, StoreError> {
    Ok(receipt::last_position(tx)?.map_or(0, |p| p as u64 + 1))
}

/// Adds a leaf's hash and those of the subtrees that it completes.
fn add(tx: &mut Tx, position: u64, leaf: [u8; 32]) -> Result<(), StoreError> {
    let (mut level, mut at, mut hash) = (0u32, position, leaf);
    receipt::add_node(tx, 0, at as i64, &hash)?;
    while at & 1 == 1 {
        let left = complete(tx, level, at - 1)?;
        hash = merkle::node_hash(&left, &hash);
        level += 1;
        at >>= 1;
        receipt::add_node(tx, i64::from(level), at as i64, &hash)?;
    }
    Ok(())
}

fn complete(tx: &mut Tx, level: u32, position: u64) -> Result<[u8; 32], StoreError> {
    receipt::node(tx, i64::from(level), position as i64)?
        .and_then(|h| h.try_into().ok())
        .ok_or_else(|| StoreError::Corrupt("log node".into()))
}

/// Hash of the leaves `start..start + count`, where `start` is a multiple of the largest subtree below `count`
/// (RFC 9162 §2.1.1).
fn range(tx: &mut Tx, start: u64, count: u64) -> Result<[u8; 32], StoreError> {
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return complete(tx, level, start >> level);
    }
    let left = split(count);
    let l = range(tx, start, left)?;
    let r = range(tx, start + left, count - left)?;
    Ok(merkle::node_hash(&l, &r))
}

/// The largest power of two below `count`.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// Inclusion proof of a leaf in the tree of `size` leaves (RFC 9162 §2.1.3.1).
pub(crate) fn inclusion(
    tx: &mut Tx,
    position: u64,
    size: u64,
) -> Result<Vec<[u8; 32]>, StoreError> {
    let mut path = Vec::new();
    let (mut start, mut count) = (0, size);
    while count > 1 {
        let left = split(count);
        if position - start < left {
            path.push(range(tx, start + left, count - left)?);
            count = left;
        } else {
            path.push(range(tx, start, left)?);
            start += left;
            count -= left;
        }
    }
    path.reverse();
    Ok(path)
}

/// What a check of the whole log found.
#[derive(Debug, serde::Serialize)]
pub struct Report {
    /// Leaves that hold.
    pub entries: u64,
    /// Signed heads that hold.
    pub heads: u64,
    /// The first thing that does not hold: which entry, and what is wrong with it.
    pub wrong: Option<String>,
}

/// Recomputes the tree from the leaves alone and holds every signed head, every receipt's place and every stored
/// node against it. Needs no other party and no secret.
///
/// # Errors
/// When the store fails.
pub async fn verify(
    store: &ipse_store::Store,
    key: &ipse_jose::VerifyingKey,
    issuer: &str,
) -> Result<Report, Error> {
    let mut report = Report {
        entries: 0,
        heads: 0,
        wrong: None,
    };
    let mut tree = merkle::Frontier::default();
    let mut heads = Heads::default();
    loop {
        let from = tree.size() as i64;
        let page = store.read(move |tx| receipt::leaves_from(tx, from)).await?;
        if page.is_empty() {
            break;
        }
        for (position, leaf) in page {
            let size = tree.size();
            if position as u64 != size {
                report.wrong = Some(format!("entry {size} is missing"));
                return Ok(report);
            }
            if ipse_protocol::receipt::Leaf::parse(&leaf).is_none() {
                report.wrong = Some(format!("entry {size} is not a leaf"));
                return Ok(report);
            }
            let hash = merkle::leaf_hash(&leaf);
            let stored = store.read(move |tx| receipt::node(tx, 0, position)).await?;
            if stored.as_deref() != Some(&hash[..]) {
                report.wrong = Some(format!("entry {size} was changed after it was logged"));
                return Ok(report);
            }
            tree.push(hash);
            if let Some(wrong) = heads.check(store, &tree, key, issuer).await? {
                report.wrong = Some(wrong);
                return Ok(report);
            }
            report.entries += 1;
            report.heads = heads.checked;
        }
    }
    report.wrong = heads.beyond(store, tree.size()).await?;
    Ok(report)
}

/// Signed heads, page by page, in the order of their size.
#[derive(Default)]
struct Heads {
    page: std::collections::VecDeque<Checkpoint>,
    last: i64,
    checked: u64,
}

impl Heads {
    async fn peek(&mut self, store: &ipse_store::Store) -> Result<Option<&Checkpoint>, Error> {
        if self.page.is_empty() {
            let after = self.last;
            self.page = store
                .read(move |tx| receipt::checkpoints_after(tx, after))
                .await?
                .into();
        }
        Ok(self.page.front())
    }

    /// Checks the head of the tree's present size, if there is one.
    async fn check(
        &mut self,
        store: &ipse_store::Store,
        tree: &merkle::Frontier,
        key: &ipse_jose::VerifyingKey,
        issuer: &str,
    ) -> Result<Option<String>, Error> {
        let size = tree.size();
        let Some(head) = self.peek(store).await? else {
            return Ok(None);
        };
        if head.size as u64 != size {
            return Ok(None);
        }
        let wrong = wrong_head(head, &tree.root(), key, issuer);
        self.last = head.size;
        self.page.pop_front();
        self.checked += 1;
        Ok(wrong.map(|why| format!("the signed head over {size} entries: {why}")))
    }

    /// A head that promises more entries than there are: the log was cut.
    async fn beyond(
        &mut self,
        store: &ipse_store::Store,
        size: u64,
    ) -> Result<Option<String>, Error> {
        Ok(self.peek(store).await?.map(|head| {
            format!(
                "entry {size} is missing: a signed head names {} entries",
                head.size
            )
        }))
    }
}

fn wrong_head(
    head: &Checkpoint,
    root: &[u8; 32],
    key: &ipse_jose::VerifyingKey,
    issuer: &str,
) -> Option<&'static str> {
    use ipse_protocol::control::{Control, enforced};
    use ipse_protocol::receipt::{CHECKPOINT_TYP, Checkpoint as Payload};

    if !enforced(Control::T32LogVerify) {
        return None;
    }
    let Ok(parsed) = ipse_jose::jws::decode_unverified(&head.jws, 4096) else {
        return Some("is not a signature");
    };
    if parsed.verify(key, &[CHECKPOINT_TYP]).is_err() {
        return Some("does not verify");
    }
    let Ok(payload) = ipse_jose::strict_json::<Payload>(&parsed.payload) else {
        return Some("does not parse");
    };
    if payload.origin != issuer || payload.size != head.size as u64 {
        return Some("is of another log");
    }
    if payload.root.0 != *root || head.root != root {
        return Some("has another root: an entry up to there was changed, removed or moved");
    }
    None
}
