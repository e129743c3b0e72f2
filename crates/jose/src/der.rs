//! Reads integers from the DER that aws-lc-rs writes for RSA keys (RFC 8017 appendix A.1, RFC 5958). Not for untrusted input.

/// One element with this tag: its content, and the bytes after it.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = input.split_first()?;
    if first != tag {
        return None;
    }
    let (&len, rest) = rest.split_first()?;
    let (len, rest) = match len {
        0..=0x7f => (usize::from(len), rest),
        0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
        0x82 => (
            usize::from(*rest.first()?) << 8 | usize::from(*rest.get(1)?),
            rest.get(2..)?,
        ),
        _ => return None,
    };
    rest.split_at_checked(len)
}

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// The first `N` integers of a sequence, big-endian without leading zeros.
fn integers<const N: usize>(sequence: &[u8]) -> Option<[&[u8]; N]> {
    let (mut rest, _) = element(sequence, SEQUENCE)?;
    let mut out: [&[u8]; N] = [&[]; N];
    for slot in &mut out {
        let (integer, after) = element(rest, INTEGER)?;
        *slot = integer.strip_prefix(&[0]).unwrap_or(integer);
        rest = after;
    }
    Some(out)
}

/// `n` and `e` of an `RSAPublicKey`.
pub(crate) fn rsa_public(der: &[u8]) -> Option<[&[u8]; 2]> {
    integers(der)
}

/// `n, e, d, p, q, dp, dq, qi` of an RSA key in PKCS #8.
pub(crate) fn rsa_private(pkcs8: &[u8]) -> Option<[&[u8]; 8]> {
    let (info, _) = element(pkcs8, SEQUENCE)?;
    let (_, rest) = element(info, INTEGER)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (key, _) = element(rest, OCTET_STRING)?;
    let [_, n, e, d, p, q, dp, dq, qi] = integers::<9>(key)?;
    Some([n, e, d, p, q, dp, dq, qi])
}
