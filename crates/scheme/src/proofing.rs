//! A proofing: what a registrar vouched for becomes the next version of a person's attributes, with its evidence.

use ipse_keys::KeyStore;
use ipse_protocol::bytes::B32;
use ipse_protocol::ids::{self, IdentityId};
use ipse_protocol::sha256;
use ipse_store::person::{self, Proofing};
use ipse_store::{StoreError, Tx};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::error::Error;
use crate::person::{Attributes, PersonKey, Photo, Route, SIMULATED, Verification, keyed_hash};
use crate::registrar::{NO_LEVEL, Vouched};
use crate::scheme::Scheme;

/// Version of the rules by which the statement of a bank is judged.
pub(crate) const POLICY: &str = "bank/1";
/// Prefix of a proofing's id.
const PREFIX: &str = "prf";
/// Purpose under which evidence is sealed.
pub(crate) const EVIDENCE: &str = "proofing";
/// Purpose under which photos are sealed.
pub(crate) const PHOTO: &str = "photo";

/// Everything that a proofing writes.
pub(crate) struct Proofed {
    /// `prf_…`.
    pub(crate) id: String,
    /// Who vouched.
    pub(crate) registrar: String,
    loa: String,
    /// With no phone number yet: that is the person's at the time of writing.
    known: Attributes,
    /// Reference and sealed bytes.
    photo: Option<(Vec<u8>, Vec<u8>)>,
    evidence: Vec<u8>,
    key: PersonKey,
}

impl Scheme {
    /// The id of a new proofing.
    pub(crate) fn proofing_id(&self) -> String {
        ids::of(PREFIX, &self.random.bytes())
    }

    /// Seals what a registrar vouched for, for a person with this key. This is slow, so it comes before the transaction, which then
    /// adds it ([`Proofed::add`]).
    ///
    /// # Errors
    /// When sealing fails.
    pub(crate) fn proofed(
        &self,
        id: String,
        vouched: &Vouched,
        (owner, key): (&IdentityId, &PersonKey),
    ) -> Result<Proofed, Error> {
        let (mut shown, mut photo) = (None, None);
        if let Some(picture) = &vouched.picture {
            let sha256 = B32::from(sha256(&picture.bytes.0));
            let sealed = key.seal(PHOTO, &picture.bytes.0)?;
            photo = Some((reference(&*self.keys, owner, sha256), sealed));
            shown = Some(Photo {
                media_type: picture.media_type,
                sha256,
            });
        }
        // The registrar's own statement in it has the photo already.
        let mut kept = vouched.clone();
        kept.picture = None;
        let plain = serde_json::to_vec(&kept)
            .map(Zeroizing::new)
            .map_err(|_| Error::Internal("vouched data does not serialize"))?;
        Ok(Proofed {
            id,
            registrar: vouched.bank.clone(),
            loa: vouched.loa.clone(),
            known: attributes(vouched, shown)?,
            photo,
            evidence: key.seal(EVIDENCE, &plain)?,
            key: key.clone(),
        })
    }

    /// The bytes of a person's photo.
    ///
    /// # Errors
    /// When they are not those of the digest, or the store fails.
    pub async fn photo(
        &self,
        identity: &IdentityId,
        digest: B32,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let reference = reference(&*self.keys, identity, digest);
        let who = identity.clone();
        let found = self
            .store
            .read(move |tx| person::photo(tx, &who, &reference))
            .await?;
        let Some(sealed) = found else {
            return Ok(None);
        };
        let bytes = self.persons.key(identity).await?.open(PHOTO, &sealed)?;
        if sha256(&bytes) != digest.0 {
            return Err(Error::Corrupt("photo"));
        }
        Ok(Some(bytes))
    }
}

/// The bytes of the photo that a registrar gave last, if the person's attributes have it: a later proofing may have none.
pub(crate) fn open_photo(
    key: &PersonKey,
    sealed: Option<&[u8]>,
    known: Option<&Photo>,
) -> Result<Option<Vec<u8>>, Error> {
    let (Some(sealed), Some(known)) = (sealed, known) else {
        return Ok(None);
    };
    let bytes = key.open(PHOTO, sealed)?;
    if sha256(&bytes) != known.sha256.0 {
        return Err(Error::Corrupt("photo"));
    }
    Ok(Some(bytes.to_vec()))
}

/// By what a photo is found. Nobody who reads the database can search it for a photo that they have.
fn reference(keys: &dyn KeyStore, identity: &IdentityId, digest: B32) -> Vec<u8> {
    keyed_hash(keys, "photo", &format!("{identity}/{digest}"))
}

/// All of them rest on this one proofing: what an earlier registrar said beside it is known no more.
fn attributes(vouched: &Vouched, photo: Option<Photo>) -> Result<Attributes, Error> {
    let verified: Timestamp = vouched
        .verified
        .parse()
        .map_err(|_| Error::Corrupt("time of a verification"))?;
    let (framework, level) = match &*vouched.loa {
        NO_LEVEL => (SIMULATED, None),
        level => (&*vouched.framework, Some(level)),
    };
    Ok(Attributes {
        given_name: vouched.given_name.clone(),
        family_name: vouched.family_name.clone(),
        birthdate: vouched.birthdate.clone(),
        nationality: vouched.nationality.clone(),
        national_number: vouched.national_number.clone(),
        document_number: vouched.document_number.clone(),
        phone_number: String::new(),
        gender: vouched.gender.clone(),
        place_of_birth: vouched.place_of_birth.clone(),
        address: vouched.address.clone(),
        photo,
        document_type: vouched.document_type.clone(),
        document_valid_until: vouched.document_valid_until.clone(),
        document_issuer_country: vouched.document_issuer_country.clone(),
        verification: Some(Verification {
            source: vouched.bank.clone(),
            route: Route::Bank,
            day: verified.to_zoned(TimeZone::UTC).date().to_string(),
            trust_framework: Some(framework.to_owned()),
            assurance_level: level.map(str::to_owned),
        }),
    })
}

impl Proofed {
    /// Adds the proofing and its attributes, with the person's phone number: this one, or the one that they have.
    pub(crate) fn add(
        &self,
        tx: &mut Tx,
        identity: &IdentityId,
        number: Option<&str>,
        now: i64,
    ) -> Result<(), StoreError> {
        let corrupt = |_| StoreError::Corrupt("attributes of a person".into());
        let mut known = self.known.clone();
        known.phone_number = match number {
            Some(number) => number.to_owned(),
            None => {
                let sealed = person::attributes(tx, identity)?
                    .ok_or_else(|| StoreError::Corrupt("a person without attributes".into()))?;
                Attributes::open(&self.key, &sealed)
                    .map_err(corrupt)?
                    .phone_number
            }
        };
        let sealed = known.seal(&self.key).map_err(corrupt)?;
        person::add_attributes(tx, identity, &sealed, &self.registrar, &self.id, now)?;
        if let Some((reference, sealed)) = &self.photo {
            person::add_photo(tx, identity, reference, sealed, now)?;
        }
        person::add_proofing(
            tx,
            &Proofing {
                id: &self.id,
                identity,
                registrar: &self.registrar,
                loa: &self.loa,
                policy: POLICY,
                sealed: &self.evidence,
            },
            now,
        )
    }
}
