//! Row keys: the numbers by which rows with random ids are found (decision 0013).

/// How many letters of base64url are read, six bits each.
const LETTERS: usize = 10;
/// Every kind of id has three letters and `_` before them.
const PREFIX: usize = "idn_".len();

/// The first 60 bits of an id. The rest is not decoded, since each statement of a login needs a row key. Two ids could share
/// these bits, so a look-up compares the id too; a second id with the same bits would be refused when it is added. A missing
/// letter, or one that is not of base64url (RFC 4648 §5), counts as zero, as in the migration that added the numbers.
pub(crate) fn of(id: &str) -> i64 {
    let letters = id.as_bytes().get(PREFIX..).unwrap_or_default();
    (0..LETTERS).fold(0, |number, place| {
        (number << 6) | letters.get(place).map_or(0, |letter| sextet(*letter))
    })
}

fn sextet(letter: u8) -> i64 {
    i64::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_first_sixty_bits() {
        let bytes: [u8; 16] = std::array::from_fn(|i| (i as u8 + 1).wrapping_mul(37));
        let id = ipse_protocol::ids::of("idn", &bytes);
        let first = i64::from_be_bytes(std::array::from_fn(|i| bytes[i]));
        assert_eq!(of(&id), (first as u64 >> 4) as i64);
        assert_eq!(of("idn_AAAAAAAAAB"), 1);
        assert_eq!(of("dev_-_________zzz"), i64::MAX >> 3 & !(1 << 54));
    }

    #[test]
    fn anything_has_one() {
        for odd in ["", "idn", "idn_", "é", "idn_é", "idn_=+/"] {
            assert_eq!(of(odd), 0, "{odd}");
        }
    }
}
