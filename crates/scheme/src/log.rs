//! The log: an append-only Merkle tree (RFC 9162) over every decision, with signed heads.

use ipse_protocol::merkle;
use ipse_store::receipt::{self, Checkpoint};
use ipse_store::{StoreError, Tx};

use crate::error::Error;
use crate::scheme::Scheme;

mod verify;

pub use verify::{Report, verify};

impl Scheme {
    /// Assigns positions to the queued leaves and signs the new head. Returns how many there were.
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
                for leaf in &queued {
                    receipt::place(tx, leaf, size as i64)?;
                    add(tx, size, merkle::leaf_hash(&leaf.leaf))?;
                    size += 1;
                }
                if let Some(last) = queued.last() {
                    receipt::unqueue(tx, last)?;
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
