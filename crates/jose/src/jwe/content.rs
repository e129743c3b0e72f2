//! Content encryption (RFC 7518 §5).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use super::{ContentKey, Enc};
use crate::{Error, random};

/// The tags of both algorithms have 128 bits.
const TAG_LEN: usize = 16;

/// The last three parts of a token.
pub(super) struct Sealed {
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

/// Encrypts under a key that is used for this content only.
pub(super) fn seal(
    enc: Enc,
    key: &ContentKey,
    aad: &[u8],
    plaintext: &[u8],
) -> Result<Sealed, Error> {
    let failed = |_| Error::Internal("content encryption failed");
    let mut ciphertext = plaintext.to_vec();
    match enc {
        Enc::A256Gcm => {
            let mut iv = [0; 12];
            random::fill(&mut iv)?;
            let tag = gcm(key)?
                .seal_in_place_separate_tag(
                    Nonce::assume_unique_for_key(iv),
                    Aad::from(aad),
                    &mut ciphertext,
                )
                .map_err(failed)?;
            Ok(Sealed {
                iv: iv.to_vec(),
                ciphertext,
                tag: tag.as_ref().to_vec(),
            })
        }
        Enc::A128CbcHs256 => {
            let mut iv = [0; 16];
            random::fill(&mut iv)?;
            let (mac_key, cbc_key) = key.split_at(16);
            let cbc = UnboundCipherKey::new(&AES_128, cbc_key)
                .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
                .map_err(failed)?;
            cbc.less_safe_encrypt(
                &mut ciphertext,
                EncryptionContext::Iv128(FixedLength::from(&iv)),
            )
            .map_err(failed)?;
            let mac = cbc_mac(mac_key, aad, &iv, &ciphertext);
            Ok(Sealed {
                iv: iv.to_vec(),
                tag: mac.as_ref()[..TAG_LEN].to_vec(),
                ciphertext,
            })
        }
    }
}

/// Decrypts. The tag is checked first, in constant time.
pub(super) fn open(
    enc: Enc,
    key: &ContentKey,
    aad: &[u8],
    iv: &[u8],
    mut ciphertext: Vec<u8>,
    tag: &[u8],
) -> Result<Vec<u8>, Error> {
    if tag.len() != TAG_LEN {
        return Err(Error::Malformed("the tag has 128 bits"));
    }
    let len = match enc {
        Enc::A256Gcm => {
            let iv = iv
                .try_into()
                .map_err(|_| Error::Malformed("the IV has 96 bits"))?;
            ciphertext.extend_from_slice(tag);
            gcm(key)?
                .open_in_place(
                    Nonce::assume_unique_for_key(iv),
                    Aad::from(aad),
                    &mut ciphertext,
                )
                .map_err(|_| Error::Decrypt)?
                .len()
        }
        Enc::A128CbcHs256 => {
            let iv: &[u8; 16] = iv
                .try_into()
                .map_err(|_| Error::Malformed("the IV has 128 bits"))?;
            let (mac_key, cbc_key) = key.split_at(16);
            let mac = cbc_mac(mac_key, aad, iv, &ciphertext);
            verify_slices_are_equal(&mac.as_ref()[..TAG_LEN], tag).map_err(|_| Error::Decrypt)?;
            UnboundCipherKey::new(&AES_128, cbc_key)
                .and_then(PaddedBlockDecryptingKey::cbc_pkcs7)
                .and_then(|cbc| {
                    let context = DecryptionContext::Iv128(FixedLength::from(iv));
                    cbc.decrypt(&mut ciphertext, context).map(|text| text.len())
                })
                .map_err(|_| Error::Decrypt)?
        }
    };
    ciphertext.truncate(len);
    Ok(ciphertext)
}

fn gcm(key: &ContentKey) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, &**key)
        .map(LessSafeKey::new)
        .map_err(|_| Error::Internal("content encryption failed"))
}

/// RFC 7518 §5.2.2.1 step 5: HMAC over AAD, IV, ciphertext and the AAD's length in bits.
fn cbc_mac(key: &[u8], aad: &[u8], iv: &[u8], ciphertext: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(aad);
    context.update(iv);
    context.update(ciphertext);
    context.update(&(aad.len() as u64 * 8).to_be_bytes());
    context.sign()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7518 appendix B.1, key and ciphertext of A128CBC-HS256.
    #[test]
    fn rfc7518_b1_a128cbc_hs256() {
        let key: ContentKey = zeroize::Zeroizing::new(std::array::from_fn(|i| i as u8));
        let plain = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy without inconvenience";
        let aad = b"The second principle of Auguste Kerckhoffs";
        let mut ciphertext = plain.to_vec();
        let (mac_key, cbc_key) = key.split_at(16);
        let cbc =
            PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_128, cbc_key).unwrap())
                .unwrap();
        let fixed: [u8; 16] = hex("1af38c2dc2b96ffdd86694092341bc04").try_into().unwrap();
        cbc.less_safe_encrypt(
            &mut ciphertext,
            EncryptionContext::Iv128(FixedLength::from(&fixed)),
        )
        .unwrap();
        assert_eq!(
            &ciphertext[..16],
            &hex("c80edfa32ddf39d5ef00c0b468834279")[..]
        );
        let tag = hex("652c3fa36b0a7c5b3219fab3a30bc1c4");
        assert_eq!(
            &cbc_mac(mac_key, aad, &fixed, &ciphertext).as_ref()[..16],
            &tag[..]
        );
        assert_eq!(
            open(Enc::A128CbcHs256, &key, aad, &fixed, ciphertext, &tag).unwrap(),
            plain
        );
    }

    #[test]
    fn wycheproof_a128cbc_hs256() {
        let decode = |word: &str| match word {
            "-" => Vec::new(),
            word => crate::b64::decode(word).unwrap(),
        };
        let text = include_str!("../../tests/vectors/wycheproof-a128cbc-hs256.txt");
        let mut count = 0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<&str> = line.split(' ').collect();
            let [key, iv, aad, plain, ciphertext, tag] =
                [2, 3, 4, 5, 6, 7].map(|at| decode(words[at]));
            let key = zeroize::Zeroizing::new(key.try_into().unwrap());
            let opened = open(Enc::A128CbcHs256, &key, &aad, &iv, ciphertext, &tag);
            assert_eq!(
                opened.ok(),
                (words[1] == "valid").then_some(plain),
                "{}",
                words[0]
            );
            count += 1;
        }
        assert_eq!(count, 94);
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect()
    }
}
