//! Claims that a bank gives or not. One that is absent or incomplete is not known of the person; one that is malformed is refused.

use ipse_protocol::text;
use serde_json::{Map, Value};

use super::RegistrarError::{self, Refused};
use crate::person::{Address, PlaceOfBirth};

/// Longest word for a gender, in characters.
const MAX_GENDER: usize = 32;
/// Longest part of an address or name of a place, in characters.
const MAX_PART: usize = 100;
/// Longest postal code, in characters.
const MAX_POSTAL_CODE: usize = 16;

type Claims = Map<String, Value>;

/// `female`, `male` or another word.
pub(super) fn gender(claims: &Claims) -> Result<Option<String>, RegistrarError> {
    part(claims, "gender", MAX_GENDER, Refused("gender"))
}

/// `place_of_birth` with its place and country.
pub(super) fn place_of_birth(claims: &Claims) -> Result<Option<PlaceOfBirth>, RegistrarError> {
    let refused = Refused("place_of_birth");
    let Some(place) = object(claims, "place_of_birth", refused)? else {
        return Ok(None);
    };
    let locality = part(place, "locality", MAX_PART, refused)?;
    let country = part(place, "country", 4, refused)?;
    // ISO 3166-3 has four letters for countries that are no more.
    if !country.as_deref().is_none_or(|c| capitals(c, &[2, 4])) {
        return Err(refused);
    }
    Ok(locality
        .zip(country)
        .map(|(locality, country)| PlaceOfBirth { locality, country }))
}

/// `address` with its parts. One that is only `formatted` cannot be shown or released by its parts, so it is not taken.
pub(super) fn address(claims: &Claims) -> Result<Option<Address>, RegistrarError> {
    let refused = Refused("address");
    let Some(address) = object(claims, "address", refused)? else {
        return Ok(None);
    };
    let street_address = street(address, refused)?;
    let postal_code = part(address, "postal_code", MAX_POSTAL_CODE, refused)?;
    let locality = part(address, "locality", MAX_PART, refused)?;
    let region = part(address, "region", MAX_PART, refused)?;
    let country = part(address, "country", 2, refused)?;
    if !country.as_deref().is_none_or(|c| capitals(c, &[2])) {
        return Err(refused);
    }
    let (Some(street_address), Some(postal_code), Some(locality), Some(country)) =
        (street_address, postal_code, locality, country)
    else {
        return Ok(None);
    };
    Ok(Some(Address {
        street_address,
        postal_code,
        locality,
        region,
        country,
    }))
}

/// A street may have several lines (OpenID Connect Core §5.1.1); a view has one.
fn street(address: &Claims, refused: RegistrarError) -> Result<Option<String>, RegistrarError> {
    let Some(value) = present(address, "street_address") else {
        return Ok(None);
    };
    let lines: Vec<&str> = value
        .as_str()
        .ok_or(refused)?
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    shown(&lines.join(", "), MAX_PART, refused)
}

fn present<'c>(claims: &'c Claims, name: &str) -> Option<&'c Value> {
    claims.get(name).filter(|value| !value.is_null())
}

fn object<'c>(
    claims: &'c Claims,
    name: &str,
    refused: RegistrarError,
) -> Result<Option<&'c Claims>, RegistrarError> {
    let value = present(claims, name);
    value
        .map(|value| value.as_object().ok_or(refused))
        .transpose()
}

/// A text that views show.
pub(super) fn part(
    claims: &Claims,
    name: &str,
    longest: usize,
    refused: RegistrarError,
) -> Result<Option<String>, RegistrarError> {
    match present(claims, name) {
        None => Ok(None),
        Some(value) => shown(value.as_str().ok_or(refused)?, longest, refused),
    }
}

fn shown(
    value: &str,
    longest: usize,
    refused: RegistrarError,
) -> Result<Option<String>, RegistrarError> {
    let value = value.trim();
    if value.chars().count() > longest || text::check(value).is_err() {
        return Err(refused);
    }
    Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
}

/// Whether a code is capital letters, of one of these lengths.
pub(super) fn capitals(code: &str, lengths: &[usize]) -> bool {
    lengths.contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase())
}
