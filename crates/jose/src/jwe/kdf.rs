//! Concat KDF (RFC 7518 §4.6.2, NIST SP 800-56A §5.8.1 with SHA-256).

use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use zeroize::Zeroizing;

use crate::Error;

/// Derives `N` bytes from the agreed secret, the name of the algorithm, and what identifies the two parties.
pub(super) fn concat<const N: usize>(
    secret: &[u8],
    algorithm: &str,
    apu: &[u8],
    apv: &[u8],
) -> Result<Zeroizing<[u8; N]>, Error> {
    let failed = Error::Internal("key derivation failed");
    let mut info = Vec::with_capacity(16 + algorithm.len() + apu.len() + apv.len());
    for part in [algorithm.as_bytes(), apu, apv] {
        let len = u32::try_from(part.len()).map_err(|_| failed)?;
        info.extend_from_slice(&len.to_be_bytes());
        info.extend_from_slice(part);
    }
    let bits = u32::try_from(N * 8).map_err(|_| failed)?;
    info.extend_from_slice(&bits.to_be_bytes());
    let sha256 = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(failed)?;
    let mut key = Zeroizing::new([0; N]);
    sskdf_digest(sha256, secret, &info, &mut *key).map_err(|_| failed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7518 appendix C.
    #[test]
    fn rfc7518_c_concat_kdf() {
        let secret = [
            158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49,
            110, 163, 218, 128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
        ];
        let key = concat::<16>(&secret, "A128GCM", b"Alice", b"Bob").unwrap();
        assert_eq!(crate::b64::encode(&*key), "VqqN6vgjbSBcIijNcacQGg");
    }
}
