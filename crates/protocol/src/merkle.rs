//! Merkle tree hashing and proofs, RFC 9162 §2.1, over SHA-256.

use crate::crypto::sha256_parts;

/// A node of the tree.
pub type Hash = [u8; 32];

/// Hash of a leaf: `SHA256(0x00 || leaf)`.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    sha256_parts(&[&[0], leaf])
}

/// Hash of an inner node: `SHA256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256_parts(&[&[1], left, right])
}

/// Root of the empty tree: `SHA256("")`.
pub fn empty_root() -> Hash {
    sha256_parts(&[])
}

/// Largest power of two below `n`, for `n` > 1.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// The root of a tree with these leaf hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// Inclusion proof of leaf `index` (§2.1.3.1); `None` if there is no such leaf.
pub fn inclusion_proof(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut leaves, mut index, mut path) = (leaves, index, Vec::new());
    while leaves.len() > 1 {
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        if index < k {
            path.push(root(right));
            leaves = left;
        } else {
            path.push(root(left));
            (leaves, index) = (right, index - k);
        }
    }
    path.reverse();
    Some(path)
}

/// Verifies an inclusion proof (§2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Consistency proof between the first `old` leaves and all of them (§2.1.4.1); `None` if `old` is 0 or too large.
pub fn consistency_proof(leaves: &[Hash], old: usize) -> Option<Vec<Hash>> {
    if old == 0 || old > leaves.len() {
        return None;
    }
    let mut path = Vec::new();
    let (mut leaves, mut old, mut whole) = (leaves, old, true);
    while old < leaves.len() {
        let k = split(leaves.len());
        let (left, right) = leaves.split_at(k);
        if old <= k {
            path.push(root(right));
            leaves = left;
        } else {
            path.push(root(left));
            (leaves, old, whole) = (right, old - k, false);
        }
    }
    if !whole {
        path.push(root(leaves));
    }
    path.reverse();
    Some(path)
}

/// Verifies that the tree of `size` leaves continues the tree of `old` leaves (§2.1.4.2).
pub fn verify_consistency(
    old: u64,
    size: u64,
    old_root: &Hash,
    root: &Hash,
    proof: &[Hash],
) -> bool {
    if old == 0 || old > size {
        return false;
    }
    if old == size {
        return proof.is_empty() && old_root == root;
    }
    let mut path = proof.iter();
    let mut first = if old.is_power_of_two() {
        *old_root
    } else {
        match path.next() {
            Some(hash) => *hash,
            None => return false,
        }
    };
    let shift = (old - 1).trailing_ones();
    let (mut at, mut last) = ((old - 1) >> shift, (size - 1) >> shift);
    let mut second = first;
    for hash in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            first = node_hash(hash, &first);
            second = node_hash(hash, &second);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            second = node_hash(&second, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && first == *old_root && second == *root
}

/// The right edge of a growing tree. It is enough to add leaves and to compute the root, with 32 bytes for each level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    // One complete subtree for each bit that is set in `size`, the largest first.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the hash of a leaf. Returns the hashes of the subtrees that it completes, from the leaf upwards.
    pub fn push(&mut self, leaf: Hash) -> Vec<Hash> {
        let mut hash = leaf;
        let mut completed = vec![leaf];
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
                completed.push(hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// The root.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => empty_root(),
            Some(last) => peaks.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// The tree of `size` leaves whose complete subtrees, the largest first, have these roots; `None` if their number is wrong.
    pub fn of(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// `u64be(size)` and the roots of the subtrees.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        out.extend_from_slice(self.peaks.as_flattened());
        out
    }

    /// Reads the bytes of [`Frontier::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (peaks, odd) = rest.as_chunks::<32>();
        if odd.is_empty() {
            Self::of(size, peaks.to_vec())
        } else {
            None
        }
    }
}
