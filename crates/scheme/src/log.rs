//! The log: an append-only Merkle tree (RFC 9162) over every decision, with signed heads.

use ipse_protocol::merkle::{self, Frontier};
use ipse_store::receipt::{self, Checkpoint};
use ipse_store::{StoreError, Tx};

use crate::error::Error;
use crate::scheme::Scheme;
use crate::signer::Signer;

mod verify;

pub use verify::{Report, verify};

/// The inclusion of a leaf in a signed head.
pub struct Inclusion {
    /// Place of the leaf.
    pub index: u64,
    /// The proof (RFC 9162 §2.1.3).
    pub proof: Vec<[u8; 32]>,
    /// The signed head.
    pub checkpoint: String,
}

impl Scheme {
    /// Assigns positions to the queued leaves and signs the new head. Returns how many there were.
    ///
    /// The tree's own work is a few hashes per leaf; the head is signed outside the transaction, and a head is kept
    /// only for a size that was committed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sequence_log(&self) -> Result<usize, Error> {
        let (count, refused, size) = self
            .store
            .write(|tx| {
                let queued = receipt::queued(tx)?;
                let mut size = next_position(tx)?;
                for leaf in &queued.leaves {
                    receipt::place(tx, leaf, size as i64)?;
                    add(tx, size, merkle::leaf_hash(&leaf.leaf))?;
                    size += 1;
                }
                receipt::unqueue(tx, &queued)?;
                Ok((queued.leaves.len(), queued.refused, size))
            })
            .await?;
        if refused > 0 {
            tracing::error!(
                refused,
                "the queue of the log has leaves that this scheme did not write: they get no position"
            );
        }
        self.sign_head(size).await?;
        Ok(count)
    }

    /// The inclusion of a leaf in the latest signed head of the log, for whoever has the leaf; none while it is not in the log.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn log_proof(&self, leaf: &[u8]) -> Result<Option<Inclusion>, Error> {
        let hash = merkle::leaf_hash(leaf);
        Ok(self
            .store
            .read(move |tx| {
                let (Some(position), Some(head)) = (
                    receipt::place_of(tx, &hash)?,
                    receipt::latest_checkpoint(tx)?,
                ) else {
                    return Ok(None);
                };
                if position >= head.size {
                    return Ok(None);
                }
                let (position, size) = (position.unsigned_abs(), head.size.unsigned_abs());
                Ok(Some(Inclusion {
                    index: position,
                    proof: inclusion(tx, position, size)?,
                    checkpoint: head.jws,
                }))
            })
            .await?)
    }

    async fn sign_head(&self, size: u64) -> Result<(), Error> {
        if size == 0 {
            return Ok(());
        }
        let signer = self.signer.clone();
        let (root, now) = self
            .store
            .read(move |tx| Ok((unsigned_root(tx, &signer, size)?, tx.now()?)))
            .await?;
        let Some(root) = root else { return Ok(()) };
        let head = Checkpoint {
            size: size as i64,
            root,
            jws: self.signer.checkpoint(size, &root, now)?,
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

/// Root of the tree of `size` leaves, if no head over so many is signed yet.
///
/// Somebody who can write the database must not get a head signed over leaves of theirs. So the tree is computed again: from
/// the last signed head, and from the leaves after it, whose rows carry a MAC.
fn unsigned_root(tx: &mut Tx, signer: &Signer, size: u64) -> Result<Option<[u8; 32]>, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(what.to_owned());
    let (signed, root) = match receipt::latest_checkpoint(tx)? {
        Some(head) if !signer.signed(&head) => return Err(corrupt("the last head of the log")),
        Some(head) => (head.size.unsigned_abs(), head.root),
        None => (0, merkle::empty_root()),
    };
    if signed >= size {
        return Ok(None);
    }
    let mut tree = Frontier::of(signed, peaks(tx, signed)?)
        .filter(|tree| tree.root() == root)
        .ok_or_else(|| corrupt("nodes of the log below its last head"))?;
    while tree.size() < size {
        let page = receipt::placed(tx, tree.size() as i64, size as i64)?;
        if page.is_empty() {
            return Err(corrupt("a leaf of the log is missing"));
        }
        for (position, leaf) in page {
            if position.unsigned_abs() != tree.size() {
                return Err(corrupt("a leaf of the log is missing"));
            }
            tree.push(merkle::leaf_hash(&leaf));
        }
    }
    // The stored nodes are what the next heads and the proofs are made of.
    if range(tx, 0, size)? == tree.root() {
        Ok(Some(tree.root()))
    } else {
        Err(corrupt("nodes of the log above its last head"))
    }
}

/// The roots of the complete subtrees of a tree, the largest first.
fn peaks(tx: &mut Tx, size: u64) -> Result<Vec<[u8; 32]>, StoreError> {
    let (mut found, mut start) = (Vec::new(), 0);
    for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
        found.push(complete(tx, level, start >> level)?);
        start += 1 << level;
    }
    Ok(found)
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

/// Proof that the tree of `size` leaves continues that of the first `old` ones, of which there is at least one (RFC 9162 §2.1.4.1).
pub(crate) fn consistency(tx: &mut Tx, old: u64, size: u64) -> Result<Vec<[u8; 32]>, StoreError> {
    let mut path = Vec::new();
    let (mut start, mut count, mut old, mut whole) = (0, size, old, true);
    while old < count {
        let left = split(count);
        if old <= left {
            path.push(range(tx, start + left, count - left)?);
            count = left;
        } else {
            path.push(range(tx, start, left)?);
            start += left;
            count -= left;
            old -= left;
            whole = false;
        }
    }
    if !whole {
        path.push(range(tx, start, count)?);
    }
    path.reverse();
    Ok(path)
}

#[cfg(test)]
mod tests;
